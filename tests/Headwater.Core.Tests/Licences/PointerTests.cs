namespace Headwater.Core.Tests.Licences;

/// <summary>What sentences say that point to a text elsewhere.</summary>
public sealed class PointerTests
{
    [Fact]
    public void Identify_AddressOfACopyInTheNoticeOfAnotherLicence_IsNoLicenceOfItsOwn()
    {
        var found = LibrarySource.Library.Identify("""
            Licensed under the Apache License 2.0 (the "License").  You may not use
            this file except in compliance with the License.  You can obtain a copy
            in the file LICENSE in the source distribution or at
            https://www.openssl.org/source/license.html
            """);

        found.Expression!.ToString().ShouldBe("Apache-2.0");
        found.Matches.ShouldContain(m => m.Expression == "OpenSSL" && !m.Concludes && m.Note != null);
    }

    [Fact]
    public void Identify_AddressOfALicence_WithoutANoticeOfAnother_IsOne() =>
        LibrarySource.Library.Identify("This is free. The terms are at https://www.openssl.org/source/license.html").Expression!.ToString().ShouldBe("OpenSSL");

    [Fact]
    public void Identify_SentenceThatNamesAnotherLicenceThanTheFileHas_IsReadByItsName_AndSaysSo()
    {
        var found = LibrarySource.Library.Identify("On Debian systems, the complete text of the Apache License, Version 2.0\ncan be found in /usr/share/common-licenses/GPL-2.");

        found.Expression!.ToString().ShouldBe("Apache-2.0");
        found.Remark.ShouldNotBeNull().ShouldContain("Line 2: the file that it points to is of GPL-2.0-only");
    }

    /// <summary>Where the rest of the text says the same as the file, the name in the sentence was copied from elsewhere.</summary>
    [Fact]
    public void Identify_SentenceWithACopiedName_IsReadByItsFile()
    {
        var found = LibrarySource.Library.Identify("Licensed under the Apache License, Version 2.0.\n\nOn Debian systems, the complete text of the GNU General Public License can be found in /usr/share/common-licenses/Apache-2.0.");

        found.Expression!.ToString().ShouldBe("Apache-2.0");
        found.Remark.ShouldBeNull();
    }

    /// <summary>The file has a version that the notice allows, and takes none of the others away.</summary>
    [Fact]
    public void Identify_NoticeWithLaterVersions_AndTheFileOfOneOfThem_IsAsTheNoticeSays()
    {
        var found = LibrarySource.Library.Identify("""
            This package is free software; you can redistribute it and/or modify it under the terms of the GNU Lesser General Public License as published by the Free Software Foundation; either
            version 2 of the License, or (at your option) any later version.

            This package is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
            Lesser General Public License for more details.

            You should have received a copy of the GNU Lesser General Public License along with this package; if not, write to the Free Software Foundation, Inc., 51 Franklin St, Fifth Floor, Boston, MA 02110-1301 USA

            On Debian systems, the complete text of the GNU Lesser General Public License can be found in `/usr/share/common-licenses/LGPL-2.1'.
            """);

        found.Expression!.ToString().ShouldBe("LGPL-2.0-or-later");
    }
}
