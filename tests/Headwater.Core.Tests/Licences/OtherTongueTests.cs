using Headwater.Core.Licences.Identification;

namespace Headwater.Core.Tests.Licences;

/// <summary>German and French notices keep the version, and whether later ones may be used.</summary>
public sealed class OtherTongueTests
{
    [Theory]
    [InlineData("Sie können es unter den Bedingungen der GNU General Public License, wie von der Free Software Foundation veröffentlicht, weitergeben und/oder modifizieren, entweder gemäß Version 3 der Lizenz oder (nach Ihrer Option) jeder späteren Version.", "GPL-3.0-or-later")]
    [InlineData("Dieses Programm darf unter den Bedingungen der GNU General Public License, Version 3 oder (nach Ihrer Wahl) jeder späteren Version, weitergegeben werden.", "GPL-3.0-or-later")]
    [InlineData("Freigegeben unter der GNU Affero General Public License Version 3 oder neuer.", "AGPL-3.0-or-later")]
    [InlineData("Lizenziert unter der GNU Lesser General Public License Version 2.1.", "LGPL-2.1-only")]
    [InlineData("Verbreitet unter der GNU General Public License, nur Version 2.", "GPL-2.0-only")]
    [InlineData("Unter der Allgemeinen Öffentlichen GNU-Lizenz, Version 2 oder später.", "GPL-2.0-or-later")]
    [InlineData("Vous pouvez le redistribuer ou le modifier suivant les termes de la GNU General Public License telle que publiée par la Free Software Foundation ; soit la version 2 de la licence, ou (à votre choix) toute version ultérieure.", "GPL-2.0-or-later")]
    [InlineData("Ce fichier est sous licence GNU GPL version 3 ou ultérieure.", "GPL-3.0-or-later")]
    [InlineData("Sous licence publique générale GNU Affero, version 3.", "AGPL-3.0-only")]
    [InlineData("Distribué sous la licence publique générale limitée GNU, version 2.1 ou toute version ultérieure.", "LGPL-2.1-or-later")]
    [InlineData("Lizenziert unter der EUPL, Version 1.2.", "EUPL-1.2")]
    [InlineData("Lizenziert unter der EUPL, nur Version 1.1 oder - sobald diese von der Europäischen Kommission genehmigt wurden - Folgeversionen der EUPL.", "EUPL-1.1")]
    [InlineData("Concédée sous licence EUPL, version 1.2 ou – dès leur approbation par la Commission européenne – versions ultérieures de l'EUPL.", "EUPL-1.2")]
    [InlineData("Veröffentlicht unter der Apache-Lizenz, Version 2.0.", "Apache-2.0")]
    [InlineData("Ce logiciel est distribué sous la licence Apache, version 2.0.", "Apache-2.0")]
    [InlineData("Veröffentlicht unter der Mozilla Public License, Version 2.0.", "MPL-2.0")]
    [InlineData("Dieses Werk steht unter der MIT-Lizenz.", "MIT")]
    [InlineData("Distribué sous licence MIT.", "MIT")]
    public void Identify_Notice_KeepsTheVersion(string text, string expression) => Identify(text).Expression!.ToString().ShouldBe(expression);

    [Theory]
    [InlineData("Das Programm kommt mit Lizenz und Handbuch.")]
    [InlineData("Das steht unter dem Baum, mit einer Lizenz.")]
    [InlineData("La version 2 est sous la table.")]
    [InlineData("Wir danken der Apache Foundation.")]
    public void Identify_WordsThatAreNoNames_SayNothing(string text) => Identify(text).Expression.ShouldBeNull();

    /// <summary>The digit before the point that ends the sentence was taken for the number of an item.</summary>
    [Fact]
    public void Identify_VersionAtTheEndOfASentence_IsWhole() => Identify("Distributed under the terms of the GNU Lesser General Public License, version 2.1. See COPYING.").Expression!.ToString().ShouldBe("LGPL-2.1-only");

    private static IdentifiedText Identify(string text) => LibrarySource.Library.Identify(text);
}
