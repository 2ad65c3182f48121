namespace Handlers.Tool.Explain;

/// <summary>Finds and reads the files that a path stands for.</summary>
internal static class AnswerFiles
{
    /// <summary>A captured answer is a few kilobytes; more is another kind of file.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The file itself, or every JSON file in the folder and below, in ordinal order; named as the path was given plus what was found below it.</summary>
    /// <exception cref="BadAnswerException">There is no such file or folder, or nothing in it.</exception>
    public static IEnumerable<string> Below(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new BadAnswerException($"{path}: there is no such file or folder");
        }

        string[] found = [.. Directory.EnumerateFiles(path, "*.json", SearchOption.AllDirectories)];
        if (found.Length == 0)
        {
            throw new BadAnswerException($"{path}: there is no *.json file in it or below");
        }

        string given = path is [.., '/'] || path[^1] == Path.DirectorySeparatorChar ? path : path + '/';
        return found.Select(file => given + Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal);
    }

    /// <exception cref="BadAnswerException">It is too large.</exception>
    public static byte[] Read(string file) =>
        new FileInfo(file).Length <= MaxBytes ? File.ReadAllBytes(file) : throw new BadAnswerException($"it is larger than {MaxBytes / 1024 / 1024} MB");
}
