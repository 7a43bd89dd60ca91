using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Generation;

/// <summary>Makes conversations whose questions may be trained on, and ones that end in a question that may not.</summary>
internal sealed class ConversationMaker(TalkBook book, ulong seed)
{
    private static readonly string[][] Greetings = [["Hello! ", "Hi! ", "Good morning! "], ["你好！", "您好！", "嗨！"]];

    private static readonly string[][] Announcements =
    [
        ["Please tell me: ", "Quick question: ", "I have a question. ", "Please answer this: "],
        ["请问，", "请回答：", "我有个问题：", "问你一个问题："],
    ];

    /// <summary>The conversation of a training row.</summary>
    public Conversation Training(long row) => Make(new RowRandom(seed, "chat", row), lastIsHeldOut: false);

    /// <summary>
    /// Conversations whose last question is held out of training, and no other, without end. A question comes twice at most,
    /// or the few ways to say "thank you" would fill the set.
    /// </summary>
    public IEnumerable<Conversation> HeldOut()
    {
        var times = new Dictionary<string, int>();
        for (var row = 0L; ; row++)
        {
            var conversation = Make(new RowRandom(seed, "held out", row), lastIsHeldOut: true);
            var identity = conversation.Turns[^1].Identity;
            times[identity] = times.GetValueOrDefault(identity) + 1;
            if (times[identity] <= 2) yield return conversation;
        }
    }

    private Conversation Make(RowRandom random, bool lastIsHeldOut)
    {
        var tongue = random.Chance(55) ? Tongue.English : Tongue.Chinese;
        var (system, self) = System(tongue, random);
        var maker = new TurnMaker(book, random, self ?? book.World["self"].All![0]);
        var count = random.Pick([1, 1, 1, 1, 2, 2, 2, 3, 3, 4]);
        var turns = new List<Turn>();
        while (turns.Count < count)
        {
            var last = turns.Count == count - 1;
            var wanted = last && lastIsHeldOut;
            turns.Add(Draw(() => Next(maker, turns, tongue, last, self is not null, random), wanted));
        }

        return new Conversation(system, turns, [.. turns.Select((turn, i) => Decorated(turn, i == 0, random))]);
    }

    /// <summary>Draws until a turn is held out or not, as wanted.</summary>
    private static Turn Draw(Func<Turn?> next, bool heldOut)
    {
        while (true)
        {
            if (next() is { } turn && turn.IsHeldOut == heldOut) return turn;
        }
    }

    private static Turn? Next(TurnMaker maker, List<Turn> turns, Tongue tongue, bool last, bool named, RowRandom random)
    {
        if (turns.Count == 0)
        {
            if (named && random.Chance(60)) return maker.Identity(tongue);
            return !last && random.Chance(12) ? maker.WithRole("open", tongue) : maker.Fresh(tongue);
        }

        if (last && random.Chance(12)) return maker.WithRole("close", tongue);
        if (random.Chance(75) && maker.Following(turns[^1]) is { } following) return following;
        return maker.Fresh(random.Chance(8) ? tongue.Other() : tongue);
    }

    private (string? Message, Fact? Self) System(Tongue tongue, RowRandom random)
    {
        if (!random.Chance(15)) return (null, null);
        if (!random.Chance(35)) return (random.Pick(book.Systems(tongue, named: false)).Source, null);
        var values = book.World["assistants"].Draw(random).Values;
        var self = World.Assistant(values["name"], values["author"], values["author_zh"]);
        return (self.Fill(random.Pick(book.Systems(tongue, named: true)), tongue, random), self);
    }

    /// <summary>Sometimes a friendly word first, sometimes all small letters and no full stop: people write like that.</summary>
    private static string Decorated(Turn turn, bool first, RowRandom random)
    {
        if (turn.Relation.Role != "" || turn.Category is "small talk" or "follow-ups") return turn.User;
        var draw = random.Below(100);
        if (draw < 6) return Careless(turn);
        if (!first || draw >= 14) return turn.User;
        var isQuestion = turn.User[^1] is '?' or '？' && !turn.User.StartsWith("请问", StringComparison.Ordinal);
        return random.Pick((isQuestion && draw < 10 ? Announcements : Greetings)[(int)turn.Tongue]) + turn.User;
    }

    private static string Careless(Turn turn)
    {
        // Letters of the alphabet and names of the asked word would change their meaning in small letters.
        if (turn.Tongue == Tongue.Chinese || turn.Relation.Category is "alphabet" or "letters") return turn.User.TrimEnd('。', '？', '！');
        return turn.User.TrimEnd('.', '?', '!').ToLowerInvariant();
    }
}
