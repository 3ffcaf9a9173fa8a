using Headwater.Core.Licences.Building;

if (args is not [var folder, var library])
{
    Console.Error.WriteLine("Say the folder of the data files and the file to write.");
    return 2;
}

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(library))!);
// Two builds at once write the same; each is moved into its place whole.
var made = $"{library}.{Environment.ProcessId}";
using (var file = File.Create(made)) LibraryBuilder.Build(folder, file);
File.Move(made, library, true);
return 0;
