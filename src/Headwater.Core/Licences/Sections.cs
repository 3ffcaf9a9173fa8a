namespace Headwater.Core.Licences;

/// <summary>The numbers of the sections of a licence library.</summary>
internal static class Sections
{
    /// <summary>For each slot of the hash table the number of a word plus one.</summary>
    public const int WordSlots = 1;

    public const int WordStarts = 2, WordCharacters = 3;

    /// <summary>How many rules have each word.</summary>
    public const int WordRules = 4;

    /// <summary>For each word 1 where it tells one licence from another: it stands in names of licences, or is a number.</summary>
    public const int WordNames = 5;

    /// <summary>The words of all rules, rule behind rule.</summary>
    public const int Tokens = 10;

    /// <summary>The rules, in the order of their words.</summary>
    public const int Rules = 11;

    /// <summary>A hash table of the first two words of rules (the second is <see cref="NoWord"/> for rules of one): the pair, the first rule, behind the last, nothing.</summary>
    public const int FirstWords = 12;

    public const int RuleNameStarts = 13, RuleNameCharacters = 14;

    /// <summary>The place of a word that is not there.</summary>
    public const ushort NoWord = ushort.MaxValue;

    /// <summary>The words of rules that must be there: rule, first word, how many.</summary>
    public const int Required = 15;

    public const int ExpressionStarts = 16, ExpressionCharacters = 17;

    /// <summary>Hashes of runs of words, sorted; for each, a rule and a place in it.</summary>
    public const int SeedHashes = 20, SeedPlaces = 21;

    /// <summary>From here on texts: where each begins, and behind that section their characters.</summary>
    public const int LicenceIds = 30, ExceptionIds = 32, AliasNames = 34, AliasAddresses = 36, AliasExceptions = 38, Associations = 40;

    /// <summary>Identifiers of which facts are known, in order, as texts; their facts and their texts, packed (three sections each); licences with exceptions that are classified together, as texts.</summary>
    public const int FactIds = 50, FactRecords = 52, FactTexts = 55, ClassifiedPairs = 58;

    /// <summary>The compiled templates, where each begins (one more for the end of the last), and the licences and exceptions that they are of.</summary>
    public const int TemplateCode = 80, TemplatePlaces = 81, TemplateNames = 82;

    /// <summary>Checklists: their licences as texts, and behind them the checklists, packed.</summary>
    public const int ChecklistIds = 60, Checklists = 62;

    /// <summary>The matrix of compatibility: names and date as texts; for each pair of an outbound and an inbound licence eight times its reason plus its verdict; reasons as texts.</summary>
    public const int MatrixNames = 65, MatrixCells = 67, MatrixReasons = 68;

    /// <summary>What is meant today by deprecated identifiers, as texts.</summary>
    public const int Upgrades = 72;

    /// <summary>In a file of its own, the handbook: identifiers as texts, each with the number of its file; its licence and its files, packed.</summary>
    public const int HandbookIds = 74, HandbookFiles = 76;
}
