using System.CommandLine;

namespace Headwater.Cli.Shell;

/// <summary><c>headwater completion SHELL</c>: a script for the shell, which asks the program itself what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # headwater completion for bash. Load it: source <(headwater completion bash)
        _headwater() {
          local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
          line=${line#"${COMP_WORDS[0]}"}; line=${line# }
          COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$word") )
        }
        complete -o default -o bashdefault -F _headwater headwater hw ./hw
        """;

    private const string Zsh = """
        #compdef headwater hw
        # headwater completion for zsh. Load it: source <(headwater completion zsh)
        _headwater() {
          local line="${(j: :)words[2,CURRENT]}"
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          if [[ -n "${found[*]}" ]]; then compadd -- $found; fi
          _files
        }
        compdef _headwater headwater hw
        """;

    private const string Fish = """
        # headwater completion for fish. Load it: headwater completion fish | source
        function __headwater_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l line (string join ' ' -- $words[2..-1])
            $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c headwater -a '(__headwater_complete)'
        complete -c hw -a '(__headwater_complete)'
        """;

    private const string PowerShell = """
        # headwater completion for PowerShell. Load it: headwater completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName headwater,hw -ScriptBlock {
            param($word, $ast, $position)
            $command = $ast.CommandElements[0].Extent.Text
            $line = $ast.Extent.Text.Substring($command.Length).TrimStart()
            if ($word -eq '' -and $line -ne '') { $line += ' ' }
            & $command "[suggest:$($line.Length)]" "$line" 2>$null | Where-Object { $_ -like "$word*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }
        """;

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh, fish or pwsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "pwsh");
        var command = new Command("completion", "Prints a script that completes commands, options and values in your shell.") { shell }.With("""
            source <(headwater completion bash)
            headwater completion zsh > "${fpath[1]}/_headwater"
            headwater completion fish | source
            """);
        command.SetAction(result => Console.Out.WriteLine(result.GetValue(shell) switch { "zsh" => Zsh, "fish" => Fish, "pwsh" => PowerShell, _ => Bash }));
        return command;
    }
}
