using System.CommandLine;
using Headwater.Cli.Advisories;
using Headwater.Cli.Checking;
using Headwater.Cli.Licences;
using Headwater.Cli.Licences.Reuse;
using Headwater.Cli.Lines;
using Headwater.Cli.Notices;
using Headwater.Cli.Operating;
using Headwater.Cli.Policies;
using Headwater.Cli.Sboms;
using Headwater.Cli.Scanning;
using Headwater.Cli.Shell;
using Headwater.Cli.Vex;

var root = new RootCommand("Headwater: what do we use, is it vulnerable, and is it well written down?")
{
    ScanCommand.Create(),
    CheckCommand.Create(),
    VerdictCommand.Create(),
    SbomCommands.Create(),
    VexCommands.Create(),
    AdvisoryCommands.Create(),
    PurlCommands.Create(),
    VersionCommands.Create(),
    VersCommands.Create(),
    CvssCommand.Create(),
    LicenceCommands.Create(),
    NoticeCommand.Create(),
    ReuseCommands.Create(),
    PolicyCommands.Create(),
    CelCommand.Create(),
    CompletionCommand.Create(),
};
foreach (var command in OperatorCommands.Create()) root.Add(command);

return CommandLine.Run(root, args);
