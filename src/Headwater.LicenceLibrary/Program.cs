using Headwater.Core.Licences.Building;

if (args is not [var folder, var library])
{
    Console.Error.WriteLine("Say the folder of the data files and the file to write.");
    return 2;
}

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(library))!);
Write(library, LibraryBuilder.Build);
Write(Path.ChangeExtension(library, null) + "-finos.hwl", LibraryBuilder.BuildHandbook);
return 0;

void Write(string path, Action<string, Stream> build)
{
    // Two builds at once write the same; each is moved into its place whole.
    var made = $"{path}.{Environment.ProcessId}";
    using (var file = File.Create(made)) build(folder, file);
    File.Move(made, path, true);
}
