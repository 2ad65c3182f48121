using Tour;

// Named clients as an app would have them, against provider twins on loopback sockets. Exit code 0 only if every hard rule held.
await using Stage stage = await Stage.BuildAsync(args);
if (args.Contains("--web"))
{
    await Web.RunAsync(stage, args);
    return 0;
}

Scene[] scenes = Scenes.All(stage);
bool json = args.Contains("--json");
Task played = Task.WhenAll(scenes.Select(scene => scene.PlayAsync()));
await (json || !LiveTable.IsPossible ? played : LiveTable.ShowAsync(scenes, stage.Monitor, played));

var summary = new Summary(scenes);
Console.WriteLine(json ? summary.ToJson() : summary.ToText());
return summary.Broken.Count == 0 ? 0 : 1;
