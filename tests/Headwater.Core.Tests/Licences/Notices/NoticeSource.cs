using System.Text;
using Headwater.Core.Licences.Notices;
using Headwater.Core.Sboms;

namespace Headwater.Core.Tests.Licences.Notices;

/// <summary>Notices for tests.</summary>
internal static class NoticeSource
{
    public static NoticeKnowledge Knowledge { get; } = NoticeKnowledge.Of(LibrarySource.Library);

    public static NoticeComponent Component(string name, string? licence, params string[] texts)
    {
        var component = new NoticeComponent { Name = name, Version = "1.0", Purl = $"pkg:npm/{name}@1.0" };
        if (licence is not null) component.Statements.Add(new NoticeStatement(NoticeOrigin.Declared, licence));
        component.Texts.AddRange(texts.Select(t => new NoticeText("LICENSE", t, [])));
        return component;
    }

    public static NoticeInput Input(params NoticeComponent[] components) => new() { Subject = "Product", SubjectVersion = "2.0", Generator = "Headwater test", Components = components, Contact = "source@example.org" };

    public static Notice Build(params NoticeComponent[] components) => NoticeBuilder.Build(Input(components), Knowledge, TestContext.Current.CancellationToken);

    public static byte[] Bytes(Notice notice, NoticeFormat format)
    {
        using var stream = new MemoryStream();
        NoticeWriter.Write(notice, format, stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    public static string Text(Notice notice, NoticeFormat format = NoticeFormat.Text) => Encoding.UTF8.GetString(Bytes(notice, format));

    public static IReadOnlyList<NoticeComponent> Read(string document)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(document));
        var result = SbomDocument.Read(stream, out var read);
        result.Errors.ShouldBeEmpty();
        return SbomNotice.Components(read, LibrarySource.Library.Expressions);
    }

    public const string Mit = """
        Copyright (c) 2019 Jane Doe

        Permission is hereby granted, free of charge, to any person obtaining a copy of this software.
        """;
}
