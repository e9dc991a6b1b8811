using FsCheck;
using FsCheck.Fluent;

namespace Ledger.Projections.Tests;

public class PageCursorTests
{
    [Fact]
    public void A_cursor_gives_its_place_back_to_its_own_question_alone()
    {
        Prop.ForAll<NonNull<string>, NonNull<string>>(static (question, place) =>
        {
            var text = string.Concat(place.Get.Where(static c => !char.IsSurrogate(c))) + "!";
            if (text.Length > 100) return;
            var cursor = PageCursor.Write(question.Get, text);
            Assert.True(PageCursor.TryRead(cursor, question.Get, out var read));
            Assert.Equal(text, read);
            Assert.False(PageCursor.TryRead(cursor, question.Get + "x", out _));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_other_text_is_refused_and_nothing_is_thrown()
    {
        Prop.ForAll<NonNull<string>>(static text => Assert.False(PageCursor.TryRead(text.Get, "q", out _))).QuickCheckThrowOnFailure();
        Assert.False(PageCursor.TryRead(new string('A', 600), "q", out _));
    }

    [Fact]
    public void A_cursor_with_one_character_changed_is_refused()
    {
        var cursor = PageCursor.Write("q", "2026-03-10:1234");
        for (var at = 0; at < cursor.Length - 1; at++)
        {
            var changed = cursor[..at] + (cursor[at] == 'A' ? 'B' : 'A') + cursor[(at + 1)..];
            Assert.False(PageCursor.TryRead(changed, "q", out _), $"at {at}");
        }
    }
}
