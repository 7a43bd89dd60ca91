using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Hone.Data.Ledger;
using Hone.Data.Schemas;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Schemas;

/// <summary>Rows that are broken, hostile or ambiguous: each is named with its reason, and the rows around it are used.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class BadRowTests
{
    private const string Good = """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}]}""";

    public static TheoryData<string, string> BrokenRows() => new()
    {
        { """{"query":"q","response":{"text":"r"}}""", "'response' must be a text, this is an object" },
        { """{"query":"q","response":["r","s"]}""", "'response' holds 2 values where one text is needed" },
        { """{"query":"q","response":"r","response":"s"}""", "not JSON: Duplicate property 'response'" },
        { """{"messages":[{"role":"user","role":"user","content":"q"}]}""", "not JSON" },
        { """{"messages":"[{'role':'user'}]"}""", "the text in 'messages' is no JSON" },
        { """{"messages":{"role":"user"}}""", "'messages' must be a list, this is an object" },
        { """{"messages":["q"]}""", "message 1 must be an object, this is a text" },
        { """{"messages":[{"role":"user","content":{"a":1}}]}""", "message 1 (user) has no text in 'content', but an object" },
        { """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"a"}}]}]}""", "message 1 (user) has a part of type 'image_url': images, video and audio are not supported" },
        { """{"messages":[{"role":"user","content":[{"type":"poem"}]}]}""", "a part of the unknown type 'poem'" },
        { """{"messages":[{"role":"user","content":"q"}],"images":["a.png"]}""", "the row has 'images': images, video and audio are not supported" },
        { """{"query":"q","response":"r","Video":"a.mp4"}""", "the row has 'Video': images, video and audio are not supported" },
        { """{"messages":[{"role":"user","content":"q"},{"role":"tool_call","content":"run!"}]}""", "the tool call in message 2 (tool_call) is no JSON" },
        { """{"messages":[{"role":"user","content":"q"},{"role":"tool_call","content":"{\"arguments\":{}}"}]}""", "has no 'name'" },
        { """{"messages":[{"role":"user","content":"q","tool_calls":[{"name":"f"}]}]}""", "calls tools, which only the assistant does" },
        { """{"messages":[{"role":"user","content":"q"}],"tools":"{API_LIST}"}""", "the text in 'tools' is no JSON" },
        { """{"messages":[{"role":"user","content":"q"}],"tools":7}""", "'tools' must be a list" },
        { """{"messages":[{"role":"assistant","content":"r","loss":"no"}]}""", "'loss' must be true or false, this is a text" },
        { """{"messages":[{"role":"assistant","content":"r","loss_weight":-1}]}""", "loss_weight -1 is not a weight from 0 up" },
        { """{"loss_scale":0,"query":"q","response":"r"}""", "its own weight is 0" },
        { """{"messages":[{"role":"user","content":"q"}],"chat_template_kwargs":{"messages":[]}}""", "can't set 'messages'" },
        { """{"messages":[{"role":"user","content":"q"}],"chat_template_kwargs":3}""", "'chat_template_kwargs' must be an object" },
        { """{"conversation":[{"human":"q"}]}""", "round 1 of 'conversation' has no text of the assistant" },
        { """{"conversation":[{"human":"q","assistant":"r"},{"human":"q","gpt":"r","assistant":"s"}]}""", "round 2 of 'conversation' has two texts for one role" },
        { """{"segments":[{"text":"a"}]}""", "segment 1 has no 'label' that is true or false" },
        { """{"segments":[{"label":false,"text":"one two three"}]}""", "no segment whose label is true" },
        { """{"question":"q","problem":"p","answer":"r"}""", "'question' and 'problem' could each be the question; choose with --columns question=query" },
        { """{"problem":"p","answer":"r","solution":"s"}""", "'answer' and 'solution' could each be the answer; choose with --columns answer=response" },
        { """{"instruction":"i","chosen":"a","rejected":"b"}""", "the row has a question and no answer among its columns (instruction, chosen, rejected)" },
        { """{"query":"q","response":"r","label":false}""", "preference data" },
        { """{"input_ids":[5,6],"loss_scale":[1]}""", "2 input_ids with 1 values of loss_scale" },
        { """{"query":"q","response":"r","history":"[['a','b']]"}""", "the text in 'history' is no JSON" },
        { """{"query":"\ud800","response":"r"}""", "not valid Unicode" },
        { """{"messages":[{"role":"user","content":"q","name":"\udc00"},{"role":"assistant","content":"r"}]}""", "not valid Unicode" },
    };

    [Theory]
    [MemberData(nameof(BrokenRows))]
    public void A_bad_row_is_named_and_the_others_are_used(string bad, string reason)
    {
        var report = Load($"{Good}\n{bad}\n{Good}\n").Report;
        Assert.Equal(2, report.Samples);
        var error = Assert.Single(report.Rejected.First);
        Assert.Equal(2, error.Location.Row);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Deep_nesting_is_an_error_wherever_it_stands(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));
        var quoted = JsonSerializer.Serialize(deep);
        string[] rows =
        [
            $"{{\"messages\":{deep}}}",
            $"{{\"messages\":{quoted}}}",
            $"{{\"query\":\"q\",\"response\":\"r\",\"tools\":{quoted}}}",
            $"{{\"messages\":[{{\"role\":\"user\",\"content\":\"q\"}},{{\"role\":\"tool_call\",\"content\":{quoted}}}]}}",
            $"{{\"query\":\"q\",\"response\":\"r\",\"history\":{quoted}}}",
            $"{{\"query\":\"q\",\"response\":\"r\",\"chat_template_kwargs\":{quoted}}}",
        ];
        var report = Load(Good + "\n" + string.Join('\n', rows) + "\n" + Good).Report;
        Assert.Equal(2, report.Samples);
        Assert.Equal([2, 3, 4, 5, 6, 7], report.Rejected.First.Select(r => r.Location.Row));
        Assert.All(report.Rejected.First, r => Assert.Contains("JSON", r.Reason, StringComparison.Ordinal));
        Assert.All(report.Rejected.First, r => Assert.InRange(r.Reason.Length, 1, 300));
    }

    [Fact]
    public void Bad_rows_are_all_counted_and_only_the_first_are_listed()
    {
        const int Bad = 20_000;
        var report = Load(Good + "\n" + string.Concat(Enumerable.Repeat("{\"query\":\"no answer\"}\n", Bad)) + Good).Report;
        Assert.Equal((Bad + 2, 2, Bad), (report.Rows, report.Samples, report.Rejected.Count));
        Assert.Equal(Enumerable.Range(2, Listing.Most), report.Rejected.First.Select(r => r.Location.Row));
        Assert.Contains($"{Bad} of {Bad + 2} rows", Assert.Throws<HoneException>(() => report.RequireEveryRow()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"text\":\"", "\"}")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"", "\"}]}")]
    public void A_row_of_a_hundred_megabytes_is_refused_before_it_costs_anything(string before, string after)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("big.jsonl");
        using (var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20))
        {
            file.Write(Good + "\n" + before);
            var words = string.Concat(Enumerable.Repeat("words ", 1000));
            for (var written = 0; written < 100_000_000; written += words.Length) file.Write(words);
            file.Write(after + "\n" + Good + "\n");
        }

        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var report = LoadFile(path).Report;
        Assert.Equal(2, report.Samples);
        Assert.Equal(["the row is longer than 16 MiB; split it"], report.Rejected.First.Select(r => r.Reason));
        Assert.Equal(2, report.Rejected.First[0].Location.Row);
        // The line as it grows in the reader, and its copy as JSON: no text, rendering or tokens of it.
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 900_000_000);
        TestContext.Current.TestOutputHelper?.WriteLine($"{(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:F1} s of CPU time");
    }

    [Fact]
    public void A_conversation_of_a_thousand_rounds_is_cut_without_being_rendered_a_thousand_times()
    {
        var messages = string.Join(',', Enumerable.Range(0, 1000).Select(i => $$"""{"role":"user","content":"q{{i}}"},{"role":"assistant","content":"r{{i}}"}"""));
        var report = Load($$"""{"messages":[{{messages}}]}""").Report;
        Assert.Equal(1, report.Samples);
        Assert.Equal(0, report.TurnsWithoutEnd);
    }

    [Fact]
    public void Texts_that_look_like_marks_cost_the_row_and_nothing_else()
    {
        var report = Load("{\"query\":\"q\",\"response\":\"a \\uF8F01\\uF8F1 b \\uF8F2\"}\n" + Good).Report;
        Assert.Equal(1, report.Samples);
        Assert.Contains("can't be told", Assert.Single(report.Rejected.First).Reason, StringComparison.Ordinal);
    }

    private static LoadedDataset Load(string rows)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("rows.jsonl");
        File.WriteAllText(path, rows);
        return LoadFile(path);
    }

    private static LoadedDataset LoadFile(string path)
    {
        var folder = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/qwen2.5.jinja"), folder);
        return new DatasetLoader(tokenizer, template, [tokenizer.IdOf("<|im_end|>")!.Value], new DatasetOptions()).Load([(path, null)], cancellation: TestContext.Current.CancellationToken);
    }
}
