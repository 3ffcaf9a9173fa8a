using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Headwater.Core.Licences.Packages.Manifests;

/// <summary>The description in a gem: Ruby's objects in YAML. Only its events are read; nothing is made of its types.</summary>
internal static class GemSpecification
{
    private const int Deepest = 100;

    public static Manifest? Read(string path, string text)
    {
        string? name = null, version = null, platform = null;
        var licences = new List<string>();
        var parser = new Parser(new StringReader(text));
        // The keys that lead to where we are; null within a list.
        var keys = new List<string?>();
        var isKey = new Stack<bool>();
        var mappings = new Stack<bool>();
        string? key = null;
        while (parser.MoveNext())
        {
            switch (parser.Current)
            {
                case MappingStart:
                    Enter(true);
                    break;
                case SequenceStart:
                    Enter(false);
                    break;
                case MappingEnd or SequenceEnd:
                    isKey.Pop();
                    mappings.Pop();
                    key = keys[^1];
                    keys.RemoveAt(keys.Count - 1);
                    Done();
                    break;
                case Scalar scalar when isKey.Count > 0 && isKey.Peek():
                    key = scalar.Value;
                    isKey.Pop();
                    isKey.Push(false);
                    continue;
                case Scalar scalar:
                    Value(scalar.Value);
                    Done();
                    break;
                case AnchorAlias:
                    Done();
                    break;
            }
        }

        return name is null ? null : new Manifest(path, "gem")
        {
            Purl = Manifest.Package("gem", null, name, version, platform is null or "ruby" ? [] : [new("platform", platform)]),
            Licences = licences,
            IsUnclear = licences.Count > 1,
        };

        void Enter(bool mapping)
        {
            if (keys.Count >= Deepest) throw new InvalidOperationException($"Values lie deeper than {Deepest} in each other.");
            keys.Add(key);
            mappings.Push(mapping);
            isKey.Push(mapping);
            key = null;
        }

        // Behind a value in a mapping stands a key.
        void Done()
        {
            if (isKey.Count == 0) return;
            isKey.Pop();
            isKey.Push(mappings.Peek());
        }

        void Value(string value)
        {
            if (keys.Count == 1 && key == "name") name ??= value;
            else if (keys.Count == 1 && key == "platform") platform ??= value;
            else if (keys.Count == 2 && keys[1] == "version" && key == "version") version ??= value;
            else if (keys.Count == 2 && keys[1] == "licenses" && value.Length > 0) licences.Add(value);
        }
    }
}
