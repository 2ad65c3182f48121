using Tour;

// Named clients as an app would have them, against provider twins on loopback sockets. Exit code 0 only if every hard rule held.
await using Stage stage = await Stage.BuildAsync(args);
Scene[] scenes = [Scenes.GitHub(stage), Scenes.OpenAI(stage), Scenes.Gemini(stage)];
await Task.WhenAll(scenes.Select(scene => scene.PlayAsync()));

var summary = new Summary(scenes);
Console.WriteLine(args.Contains("--json") ? summary.ToJson() : summary.ToText());
return summary.Broken.Count == 0 ? 0 : 1;
