using System.Text;
using Headwater.Core.Packages.Lockfiles;

namespace Headwater.Core.Tests.Packages.Lockfiles;

public sealed class LockfileReaderTests
{
    /// <summary>What seven tools wrote for one project.</summary>
    [Theory]
    [InlineData("npm-1.package-lock.json", LockfileKind.Npm, false, true)]
    [InlineData("npm-2.package-lock.json", LockfileKind.Npm, true, true)]
    [InlineData("npm-3.package-lock.json", LockfileKind.Npm, true, true)]
    [InlineData("yarn-1.yarn.lock", LockfileKind.Yarn, false, false)]
    [InlineData("yarn-4.yarn.lock", LockfileKind.Yarn, true, false)]
    [InlineData("pnpm-6.yaml", LockfileKind.Pnpm, true, true)]
    [InlineData("pnpm-9.yaml", LockfileKind.Pnpm, true, true)]
    public void Node_OneProjectByEveryTool_SamePackages(string file, LockfileKind kind, bool saysDirect, bool saysDev)
    {
        var reading = OfFile(file);
        reading.Error.ShouldBeNull();
        reading.Kind.ShouldBe(kind);
        reading.Problems.ShouldBeEmpty();
        Purls(reading).ShouldBe(Purls(OfFile("npm-3.package-lock.json")));
        if (saysDirect) Purls(reading, p => p.IsDirect == true).ShouldBe(["pkg:npm/%40babel/core@7.29.13", "pkg:npm/esbuild@0.19.0", "pkg:npm/express@4.22.3", "pkg:npm/lodash@4.17.21", "pkg:npm/react-dom@18.2.0", "pkg:npm/react@18.2.0"], ignoreOrder: true);
        else reading.Packages.ShouldAllBe(p => p.IsDirect == null);
        if (saysDev) Purls(reading, p => p.IsDev).ShouldBe(Purls(OfFile("npm-3.package-lock.json"), p => p.IsDev));
        else reading.Packages.ShouldAllBe(p => !p.IsDev);
    }

    [Fact]
    public void Npm_Folders_SayLicenceScriptsAndHashes()
    {
        var esbuild = OfFile("npm-3.package-lock.json").Packages.Single(p => p.Purl.Name == "esbuild" && p.Purl.Namespace is null);
        (esbuild.Licence, esbuild.HasInstallScript, esbuild.IsDev, esbuild.IsDirect).ShouldBe(("MIT", true, true, true));
        esbuild.Integrity!.ShouldStartWith("sha512-");
        OfFile("npm-3.package-lock.json").Packages.Single(p => p.Purl.Name == "express").HasInstallScript.ShouldBe(false);
        OfFile("npm-1.package-lock.json").Packages.ShouldAllBe(p => p.HasInstallScript == null);
    }

    [Fact]
    public void Npm_OwnLockfiles_AreRead()
    {
        var reading = LockfileReader.Read("package-lock.json", File.OpenRead(Path.Combine(TestPaths.RepoRoot, "tests", "Headwater.EndToEnd", "Clients", "npm", "package-lock.json")));
        reading.Error.ShouldBeNull();
        reading.Packages.Count.ShouldBeGreaterThan(100);
        Purls(reading, p => p.IsDirect == true).ShouldContain("pkg:npm/axe-core@4.14.1");
    }

    [Fact]
    public void Npm_WorkspacesLinksAndCredentials_OnlyWhatIsInstalled()
    {
        var reading = Of("package-lock.json", """
            { "lockfileVersion": 3, "packages": {
              "": { "name": "root", "workspaces": ["packages/*"] },
              "packages/a": { "name": "a", "version": "1.0.0", "dependencies": { "left-pad": "^1.0.0" } },
              "node_modules/a": { "resolved": "packages/a", "link": true },
              "node_modules/left-pad": { "version": "1.3.0", "resolved": "https://me:secret@npm.acme.example:8443/left-pad/-/left-pad-1.3.0.tgz" },
              "node_modules/b/node_modules/@acme/x": { "version": "2.0.0", "dev": true, "resolved": "git+ssh://git@git.acme.example/x.git#abc" },
              "node_modules/nothing": { }
            } }
            """);
        Purls(reading).ShouldBe(["pkg:npm/%40acme/x@2.0.0", "pkg:npm/left-pad@1.3.0"]);
        reading.Packages[1].Resolved.ShouldBe("https://npm.acme.example:8443/left-pad/-/left-pad-1.3.0.tgz");
        reading.Packages.Select(p => p.Host).ShouldBe(["git.acme.example", "npm.acme.example"]);
        reading.Packages.Select(p => p.IsDirect).ShouldBe([false, true]);
        reading.Problems.ShouldHaveSingleItem().Message.ShouldBe("'nothing' has no version and was left out.");
    }

    [Fact]
    public void Package_FromTwoPlaces_StandsTwice()
    {
        var reading = Of("package-lock.json", """
            { "lockfileVersion": 2, "packages": {
              "node_modules/x": { "version": "1.0.0", "resolved": "https://one.example/x.tgz", "dev": true },
              "node_modules/a/node_modules/x": { "version": "1.0.0", "resolved": "https://one.example/x.tgz" },
              "node_modules/b/node_modules/x": { "version": "1.0.0", "resolved": "https://two.example/x.tgz" },
              "node_modules/c/node_modules/x": { "version": "1.0.0", "license": "MIT" }
            } }
            """);
        reading.Packages.Select(p => (p.Host, p.IsDev, p.Licence)).ShouldBe([("one.example", false, "MIT"), ("two.example", false, null)]);
    }

    [Fact]
    public void Pnpm5_PeersAliasesAndScripts_AreRead()
    {
        var reading = Of("pnpm-lock.yaml", """
            lockfileVersion: 5.4
            specifiers: { react-dom: ^17.0.0, core: ^1.0.0 }
            dependencies:
              react-dom: 17.0.2_react@17.0.2
              core: /@acme/core/1.0.0
            packages:
              /@acme/core/1.0.0:
                resolution: {integrity: sha512-a, tarball: https://npm.acme.example/core.tgz}
                requiresBuild: true
                dev: false
              /react-dom/17.0.2_react@17.0.2:
                resolution: {integrity: sha512-b}
                dev: false
              /react/17.0.2:
                resolution: {integrity: sha512-c}
                dev: true
              github.com/acme/tool/0123abc:
                resolution: {tarball: https://codeload.github.com/acme/tool/tar.gz/0123abc}
                name: tool
                version: 3.0.0
              file:../own:
                resolution: {directory: ../own, type: directory}
                name: own
                version: 1.0.0
            """);
        reading.Error.ShouldBeNull();
        reading.Packages.Select(p => (p.Purl.ToString(), p.HasInstallScript, p.IsDev, p.IsDirect, p.Host)).ShouldBe([
            ("pkg:npm/%40acme/core@1.0.0", true, false, true, "npm.acme.example"),
            ("pkg:npm/react-dom@17.0.2", false, false, true, null),
            ("pkg:npm/react@17.0.2", false, true, false, null),
            ("pkg:npm/tool@3.0.0", false, false, false, "codeload.github.com"),
        ]);
    }

    [Fact]
    public void YarnBerry_PatchesAndOtherRegistries_AreRead()
    {
        var reading = Of("yarn.lock", """
            __metadata:
              version: 6

            "@acme/ui@npm:^1.0.0":
              version: 1.2.0
              resolution: "@acme/ui@npm:1.2.0::__archiveUrl=https%3A%2F%2Fnpm.acme.example%2Fui-1.2.0.tgz"
              checksum: aa
              languageName: node
              linkType: hard

            "typescript@^4.0.0, typescript@npm:^4.1.0":
              version: 4.9.5
              resolution: "typescript@npm:4.9.5"

            "typescript@patch:typescript@^4.0.0#~builtin<compat/typescript>":
              version: 4.9.5
              resolution: "typescript@patch:typescript@npm%3A4.9.5#~builtin<compat/typescript>::version=4.9.5&hash=ab"

            "root@workspace:.":
              version: 0.0.0-use.local
              resolution: "root@workspace:."
              dependencies:
                "@acme/ui": ^1.0.0
              languageName: unknown
              linkType: soft
            """);
        reading.Packages.Select(p => (p.Purl.ToString(), p.IsDirect, p.Resolved)).ShouldBe([("pkg:npm/%40acme/ui@1.2.0", true, "https://npm.acme.example/ui-1.2.0.tgz"), ("pkg:npm/typescript@4.9.5", false, null)]);
    }

    [Fact]
    public void Requirements_OfPipCompile_PinnedOnes()
    {
        var reading = Of("requirements.txt", """
            --index-url https://user:word@pypi.acme.example/simple
            # made by pip-compile
            Zope.Interface==6.1 \
                --hash=sha256:aa \
                --hash=sha256:bb
                # via
                #   -r requirements.in
                #   twisted
            charset_normalizer[unicode]==3.3.2 ; python_version >= "3.7" and sys_platform != "win32"
                # via requests
            requests >= 2.0  # any will do
            wild==1.*
            -r other.txt
            -e ./own
            ./wheels/x.whl
            tool @ https://files.acme.example/tool-2.1.0-py3-none-any.whl#sha256=cc
            exact===1.0
            """);
        reading.Packages.Select(p => (p.Purl.ToString(), p.IsDirect, p.Host, p.Integrity, p.Line)).ShouldBe([
            ("pkg:pypi/charset-normalizer@3.3.2", false, "pypi.acme.example", null, 9),
            ("pkg:pypi/exact@1.0", null, "pypi.acme.example", null, 17),
            ("pkg:pypi/tool@2.1.0", null, "files.acme.example", null, 16),
            ("pkg:pypi/zope-interface@6.1", true, "pypi.acme.example", "sha256:aa sha256:bb", 3),
        ]);
        reading.Problems.Select(p => p.Line).ShouldBe([11, 12, 13, 14, 15]);
        reading.Problems[0].Message.ShouldBe("'requests' is not pinned: write requests==VERSION.");
    }

    [Fact]
    public void Requirements_TwoIndexes_NobodyKnowsFromWhich() =>
        Of("requirements.txt", "-i https://pypi.acme.example/simple\n--extra-index-url https://pypi.org/simple\nacme-core==1.0\n").Packages.ShouldHaveSingleItem().Resolved.ShouldBeNull();

    [Fact]
    public void Poetry_SourcesAndGroups_AreRead()
    {
        var reading = Of("poetry.lock", """
            # This file is automatically @generated by Poetry 2.0.0 and should not be changed by hand.

            [[package]]
            name = "Flask_Login"
            version = "0.6.3"
            description = "x"
            groups = ["main"]
            files = [ {file = "a.whl", hash = "sha256:aa"}, {file = "b.tar.gz", hash = "sha256:bb"} ]

            [[package]]
            name = "acme-core"
            version = "1.0"
            groups = ["dev", "test"]

            [package.source]
            type = "legacy"
            url = "https://pypi.acme.example/simple"
            reference = "acme"

            [[package]]
            name = "own"
            version = "1.0"

            [package.source]
            type = "directory"
            url = "../own"

            [metadata]
            lock-version = "2.1"
            python-versions = ">=3.9"
            content-hash = "aa"
            """);
        reading.Packages.Select(p => (p.Purl.ToString(), p.IsDev, p.Host, p.Integrity, p.Line)).ShouldBe([("pkg:pypi/acme-core@1.0", true, "pypi.acme.example", null, 11), ("pkg:pypi/flask-login@0.6.3", false, null, "sha256:aa sha256:bb", 4)]);
    }

    [Fact]
    public void Uv_DevelopmentIsWhatNothingElseReaches()
    {
        var reading = Of("uv.lock", """
            version = 1
            requires-python = ">=3.12"

            [[package]]
            name = "app"
            version = "0.1.0"
            source = { editable = "." }
            dependencies = [{ name = "anyio" }]

            [package.dev-dependencies]
            dev = [{ name = "pytest" }]

            [[package]]
            name = "anyio"
            version = "4.3.0"
            source = { registry = "https://pypi.org/simple" }
            dependencies = [{ name = "idna" }]
            sdist = { url = "https://files.example/anyio.tar.gz", hash = "sha256:aa", size = 1 }
            wheels = [{ url = "https://files.example/anyio.whl", hash = "sha256:bb", size = 1 }]

            [[package]]
            name = "idna"
            version = "3.6"
            source = { registry = "https://pypi.org/simple" }

            [[package]]
            name = "pytest"
            version = "8.0.0"
            source = { git = "https://git.acme.example/pytest?rev=1#abc" }
            """);
        reading.Packages.Select(p => (p.Purl.ToString(), p.IsDev, p.IsDirect, p.Host, p.Integrity)).ShouldBe([
            ("pkg:pypi/anyio@4.3.0", false, true, "pypi.org", "sha256:aa sha256:bb"), ("pkg:pypi/idna@3.6", false, false, "pypi.org", null), ("pkg:pypi/pytest@8.0.0", true, true, "git.acme.example", null)]);
    }

    [Fact]
    public void Pdm_Groups_AreRead() =>
        Of("pdm.lock", "[metadata]\ngroups = [\"default\", \"dev\"]\ncontent_hash = \"sha256:aa\"\n\n[[package]]\nname = \"black\"\nversion = \"24.1.0\"\ngroups = [\"dev\"]\nfiles = [{file = \"a.whl\", hash = \"sha256:aa\"}]\n\n[[package]]\nname = \"click\"\nversion = \"8.1.7\"\ngroups = [\"default\", \"dev\"]\n")
            .Packages.Select(p => (p.Purl.ToString(), p.IsDev)).ShouldBe([("pkg:pypi/black@24.1.0", true), ("pkg:pypi/click@8.1.7", false)]);

    [Fact]
    public void Pipenv_Sources_SayWhereFrom() =>
        Of("Pipfile.lock", """
            { "_meta": { "sources": [ { "name": "pypi", "url": "https://pypi.org/simple" }, { "name": "acme", "url": "https://${USER}:${WORD}@pypi.acme.example/simple" } ] },
              "default": { "acme.core": { "version": "==1.0", "index": "acme", "hashes": ["sha256:aa", "sha256:bb"] }, "idna": { "version": "==3.6" }, "own": { "path": "." } },
              "develop": { "pytest": { "version": "==8.0.0", "index": "pypi" } } }
            """).Packages.Select(p => (p.Purl.ToString(), p.IsDev, p.Host, p.Integrity)).ShouldBe([
            ("pkg:pypi/acme-core@1.0", false, "pypi.acme.example", "sha256:aa sha256:bb"), ("pkg:pypi/idna@3.6", false, null, null), ("pkg:pypi/pytest@8.0.0", true, "pypi.org", null)]);

    [Fact]
    public void Cargo_WhatHasNoSource_IsTheProject() =>
        Of("Cargo.lock", """
            # This file is automatically @generated by Cargo.
            version = 3

            [[package]]
            name = "app"
            version = "0.1.0"
            dependencies = ["rand 0.8.5", "serde"]

            [[package]]
            name = "rand"
            version = "0.7.3"
            source = "registry+https://github.com/rust-lang/crates.io-index"
            checksum = "aa"

            [[package]]
            name = "rand"
            version = "0.8.5"
            source = "registry+https://github.com/rust-lang/crates.io-index"

            [[package]]
            name = "serde"
            version = "1.0.0"
            source = "sparse+https://crates.acme.example/index/"
            """).Packages.Select(p => (p.Purl.ToString(), p.IsDirect, p.Host, p.Integrity)).ShouldBe([
            ("pkg:cargo/rand@0.7.3", false, "github.com", "aa"), ("pkg:cargo/rand@0.8.5", true, "github.com", null), ("pkg:cargo/serde@1.0.0", true, "crates.acme.example", null)]);

    [Fact]
    public void Composer_LicencesAndDevelopment_AreRead() =>
        Of("composer.lock", """
            { "content-hash": "aa", "packages": [ { "name": "Monolog/monolog", "version": "3.5.0", "license": ["MIT", "GPL-2.0-only"], "dist": { "type": "zip", "url": "https://api.github.com/repos/x.zip", "shasum": "" } },
              { "name": "acme/own", "version": "dev-main", "dist": { "type": "path", "url": "../own" } } ],
              "packages-dev": [ { "name": "phpunit/phpunit", "version": "10.5.0", "source": { "type": "git", "url": "https://github.com/sebastianbergmann/phpunit.git" } } ] }
            """).Packages.Select(p => (p.Purl.ToString(), p.Licence, p.IsDev, p.Host)).ShouldBe([
            ("pkg:composer/monolog/monolog@3.5.0", "MIT OR GPL-2.0-only", false, "api.github.com"), ("pkg:composer/phpunit/phpunit@10.5.0", null, true, "github.com")]);

    [Fact]
    public void Bundler_PlatformsAreOneVersion_PathsAreLeftOut() =>
        Of("Gemfile.lock", """
            PATH
              remote: .
              specs:
                own (0.1.0)

            GIT
              remote: https://github.com/acme/tool.git
              revision: abc
              specs:
                tool (2.0.0)

            GEM
              remote: https://rubygems.org/
              specs:
                nokogiri (1.16.0)
                  racc (~> 1.4)
                nokogiri (1.16.0-x86_64-linux)
                  racc (~> 1.4)
                racc (1.7.3)

            PLATFORMS
              ruby
              x86_64-linux

            DEPENDENCIES
              nokogiri (~> 1.16)
              own!
              tool!

            CHECKSUMS
              racc (1.7.3) sha256=aa

            BUNDLED WITH
               2.5.0
            """).Packages.Select(p => (p.Purl.ToString(), p.IsDirect, p.Host, p.Integrity)).ShouldBe([
            ("pkg:gem/nokogiri@1.16.0", true, "rubygems.org", null), ("pkg:gem/racc@1.7.3", false, "rubygems.org", "sha256=aa"), ("pkg:gem/tool@2.0.0", true, "github.com", null)]);

    [Fact]
    public void NuGet_Frameworks_AreMerged() =>
        Of("packages.lock.json", """
            { "version": 1, "dependencies": {
              "net8.0": { "Dapper": { "type": "Direct", "requested": "[2.1.0, )", "resolved": "2.1.35", "contentHash": "aa==" }, "Own": { "type": "Project" } },
              "net10.0": { "Dapper": { "type": "Transitive", "resolved": "2.1.35", "contentHash": "aa==" } } } }
            """).Packages.Select(p => (p.Purl.ToString(), p.IsDirect, p.Integrity)).ShouldBe([("pkg:nuget/Dapper@2.1.35", true, "sha512-aa==")]);

    [Fact]
    public void Go_OnlyModulesWithContent()
    {
        var reading = Of("go.sum", "github.com/BurntSushi/toml v1.3.2 h1:aa=\ngithub.com/BurntSushi/toml v1.3.2/go.mod h1:bb=\ngolang.org/x/net v0.1.0/go.mod h1:cc=\ngithub.com/jackc/pgx/v5 v5.5.0 h1:dd=\nrubbish\n");
        reading.Packages.Select(p => (p.Purl.ToString(), p.Integrity, p.Line)).ShouldBe([("pkg:golang/github.com/BurntSushi/toml@v1.3.2", "h1:aa=", 1), ("pkg:golang/github.com/jackc/pgx/v5@v5.5.0", "h1:dd=", 4)]);
        reading.Problems.ShouldHaveSingleItem().Line.ShouldBe(5);
    }

    [Fact]
    public void Gradle_ConfigurationsOfTests_AreDevelopment() =>
        Of("gradle.lockfile", "# This is a Gradle generated file for dependency locking.\ncom.google.guava:guava:33.0.0-jre=compileClasspath,testCompileClasspath\norg.junit.jupiter:junit-jupiter:5.10.1=testCompileClasspath,testRuntimeClasspath\nempty=annotationProcessor\n")
            .Packages.Select(p => (p.Purl.ToString(), p.IsDev)).ShouldBe([("pkg:maven/com.google.guava/guava@33.0.0-jre", false), ("pkg:maven/org.junit.jupiter/junit-jupiter@5.10.1", true)]);

    [Theory]
    [InlineData("npm-3.package-lock.json")]
    [InlineData("yarn-1.yarn.lock")]
    [InlineData("yarn-4.yarn.lock")]
    [InlineData("pnpm-9.yaml")]
    public void File_WithoutATellingName_IsRecognisedByItsContent(string file)
    {
        using var stream = File.OpenRead(TestPaths.Data("lockfiles/" + file));
        LockfileReader.Read("upload", stream).Kind.ShouldBe(OfFile(file).Kind);
    }

    [Theory]
    [InlineData("{ \"packages\": ")]
    [InlineData("[]")]
    [InlineData("{ \"lockfileVersion\": 3, \"packages\": 7 }")]
    [InlineData("{ \"lockfileVersion\": 3, \"packages\": { \"node_modules/x\": 1, \"node_modules/\": { \"version\": {} }, \"node_modules/\\ud800\": { \"version\": \"1\" } } }")]
    [InlineData("__metadata:\n  version: 6\n\"a@npm:1\": &x\n  b: *x\n")]
    [InlineData("lockfileVersion: '99'\n")]
    [InlineData("lockfileVersion: '9.0'\npackages: [[[[")]
    [InlineData("[[package]]\nname = \"a\"\nname = \"b\"")]
    [InlineData("[[package]]\nversion = 7\nsource = 3\ndependencies = {}\n")]
    [InlineData("a@1 b\n  version \"\n\"\"\"\":\n :\n")]
    [InlineData("GEM\n  specs:\n    x (\n    (1)\n    y ()\n")]
    [InlineData("==\n@ \n[\n-\n\\\n\\")]
    [InlineData("a:b:c:d\n::\n=\n v h1:\n")]
    [InlineData("")]
    public void Hostile_AnyText_IsAnAnswerForEveryKind(string text)
    {
        foreach (var name in s_names)
        {
            var reading = Of(name, text);
            reading.Packages.ShouldAllBe(p => p.Purl.Version != null);
            if (reading.Error is { } error) error.Message.ShouldNotBeNullOrWhiteSpace();
        }
    }

    [Fact]
    public void Hostile_TruncatedAnywhere_NeverThrows()
    {
        foreach (var file in Directory.EnumerateFiles(TestPaths.Data("lockfiles")).Where(f => !f.EndsWith(".md", StringComparison.Ordinal)))
        {
            var bytes = File.ReadAllBytes(file);
            var random = new Random(7);
            for (var i = 0; i < 12; i++)
            {
                var cut = bytes.AsSpan(0, random.Next(Math.Min(bytes.Length, 40_000))).ToArray();
                for (var j = 0; j < i && cut.Length > 0; j++) cut[random.Next(cut.Length)] = (byte)random.Next(256);
                foreach (var name in s_names) LockfileReader.Read(name, new MemoryStream(cut)).ShouldNotBeNull();
            }
        }
    }

    [Fact]
    public void Hostile_TooDeepTooManyTooLarge_IsAnError()
    {
        Of("package-lock.json", "{\"lockfileVersion\":1,\"dependencies\":" + string.Concat(Enumerable.Repeat("{\"a\":{\"dependencies\":", 300)) + "{}" + new string('}', 601)).Error!.Message.ShouldContain("deeper than 256");
        Of("yarn.lock", "__metadata:\n  version: 6\na: " + new string('[', 100_000)).Error!.Message.ShouldContain("nested deeper");
        var many = new StringBuilder();
        for (var i = 0; i <= LockfileReader.MostPackages; i++) many.Append("m.example/a v1.0.").Append(i).Append(" h1:a\n");
        Of("go.sum", many.ToString()).Error!.Message.ShouldContain("more than 200000 packages");
        LockfileReader.Read("go.sum", new Endless()).Error!.Message.ShouldContain("larger than 64 MiB");
        LockfileReader.Read("go.sum", new MemoryStream(new byte[1000])).Error!.Message.ShouldBe("The file is no text.");
    }

    [Fact]
    public void Unknown_File_SaysWhatThereIs() => Of("readme.md", "# Hello\n").Error!.Message.ShouldContain("package-lock.json");

    [Theory]
    [InlineData("src/app/npm-shrinkwrap.json", LockfileKind.Npm)]
    [InlineData("C:\\work\\Gemfile.lock", LockfileKind.Bundler)]
    [InlineData("requirements-dev.txt", LockfileKind.Requirements)]
    [InlineData("buildscript-gradle.lockfile", LockfileKind.Gradle)]
    public void Name_WithFolder_SaysTheKind(string name, LockfileKind kind) => Of(name, "{}").Kind.ShouldBe(kind);

    private static readonly string[] s_names = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "requirements.txt", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "Cargo.lock", "composer.lock", "Gemfile.lock", "packages.lock.json", "go.sum", "gradle.lockfile", "upload"];

    private static LockfileReading Of(string name, string text) => LockfileReader.Read(name, new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static LockfileReading OfFile(string file)
    {
        using var stream = File.OpenRead(TestPaths.Data("lockfiles/" + file));
        return LockfileReader.Read(file.StartsWith("npm", StringComparison.Ordinal) ? "package-lock.json" : file.StartsWith("yarn", StringComparison.Ordinal) ? "yarn.lock" : "pnpm-lock.yaml", stream);
    }

    private static List<string> Purls(LockfileReading reading, Func<LockedPackage, bool>? which = null) => [.. reading.Packages.Where(which ?? (_ => true)).Select(p => p.Purl.ToString())];

    private sealed class Endless : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'a');
            return count;
        }
    }
}
