using Ledger.Testing;

namespace Ledger.EventLog.Conformance;

/// <summary>What every event log does. An adapter's tests inherit this and <see cref="EventLogReaderConformance"/>.</summary>
public abstract class EventLogConformance : IAsyncLifetime
{
    private static readonly StreamName First = Appender.Stream(1);
    private static readonly StreamName Second = Appender.Stream(2);

    private readonly Appender _appender = new();
    private IEventLog _log = null!;

    public async ValueTask InitializeAsync() => _log = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A new, empty log.</summary>
    protected abstract ValueTask<IEventLog> OpenAsync();

    /// <summary>Closes the log and opens it again, as after a restart; a log without durability gives back the same.</summary>
    protected abstract ValueTask<IEventLog> ReopenAsync(IEventLog log);

    /// <summary>Changes one byte of the payload at a position behind the log's back, and gives the log as it is read afterwards.</summary>
    protected abstract ValueTask<IEventLog> TamperAsync(IEventLog log, long position);

    [Fact]
    public async Task An_empty_log_has_position_0_and_nothing_to_read()
    {
        Assert.Equal(0, _log.LastPosition);
        Assert.Empty(await _log.ReadAllAsync(0, 10, default));
        Assert.Empty(await _log.ReadStreamAsync(First, 0, 10, default));
        Assert.Empty(await _log.ReadHeadsAsync(null, 10, default));
        Assert.Null(await _log.FindCommandAsync(Appender.CommandId(1), default));
        Assert.Empty(await _log.AppendAsync([], default));
    }

    [Fact]
    public async Task A_log_that_was_closed_may_be_closed_again()
    {
        await _log.DisposeAsync();
        await _log.DisposeAsync();
    }

    [Fact, Rule("I20")]
    public async Task What_was_appended_comes_back_as_the_same_bytes()
    {
        var unit = new AppendUnit(Appender.Command(Appender.CommandId(7)), [_appender.Write(Appender.CommandId(7), First, """{"a":  1, "a":1}""", "not even JSON \u0000 é")]);
        Assert.Equal(2, await Appender.AppendAsync(_log, unit));

        var read = await _log.ReadStreamAsync(First, 0, 10, default);
        Assert.Equal(read, await _log.ReadAllAsync(0, 10, default), SameEvent);
        foreach (var (recorded, index) in read.Select((recorded, index) => (recorded, index)))
        {
            var appended = unit.Writes[0].Events[index];
            Assert.Equal((index + 1, index + 1, First), (recorded.Position, recorded.Version, recorded.Stream));
            Assert.Equal((appended.Type, appended.RecordedAt, unit.Command.Id), (recorded.Type, recorded.RecordedAt, recorded.CommandId));
            Assert.Equal(appended.Payload.ToArray(), recorded.Payload.ToArray());
            Assert.Equal(appended.Hash.ToArray(), recorded.Hash.ToArray());
        }
    }

    [Fact]
    public async Task A_type_that_no_codec_knows_is_stored_and_given_back()
    {
        await Appender.AppendAsync(_log, _appender.Unit(First));
        Assert.False(EventCodec.Default.Knows(Appender.Type));
        Assert.Equal(Appender.Type, Assert.Single(await _log.ReadAllAsync(0, 10, default)).Type);
    }

    [Fact]
    public async Task A_writer_that_expects_another_version_is_refused_and_told_the_actual_one()
    {
        await Appender.AppendAsync(_log, _appender.Unit(First));
        var stale = new Appender();
        _ = stale.Unit(Second);
        var results = await _log.AppendAsync([stale.Unit(First)], default);

        Assert.Equal(new AppendResult.VersionConflict(First, 0, 1), Assert.Single(results));
        Assert.Equal(1, _log.LastPosition);

        var ahead = new Appender();
        _ = ahead.Unit(Second, First);
        _ = ahead.Unit(Second);
        _ = ahead.Unit(First);
        results = await _log.AppendAsync([ahead.Unit(First)], default);
        Assert.Equal(new AppendResult.VersionConflict(First, 2, 1), Assert.Single(results));
    }

    [Fact]
    public async Task A_unit_on_several_streams_is_there_whole_or_not_at_all()
    {
        await Appender.AppendAsync(_log, _appender.Unit(First, Second));
        Assert.Equal(2, _log.LastPosition);

        var stale = new Appender();
        _ = stale.Unit(First);
        var refused = stale.Unit(First, Appender.Stream(3), Second);
        var result = Assert.Single(await _log.AppendAsync([refused], default));

        Assert.Equal(new AppendResult.VersionConflict(Second, 0, 1), result);
        Assert.Equal(2, _log.LastPosition);
        Assert.Equal(2, (await _log.ReadAllAsync(0, 10, default)).Length);
        Assert.Empty(await _log.ReadStreamAsync(Appender.Stream(3), 0, 10, default));
        Assert.Null(await _log.FindCommandAsync(refused.Command.Id, default));
    }

    [Fact]
    public async Task A_refused_unit_leaves_the_others_of_its_batch_alone()
    {
        var before = _appender.Unit(First);
        var stale = new Appender();
        for (var skipped = 0; skipped < 9; skipped++) _ = stale.Unit(Second);
        var conflict = stale.Unit(First, Second);
        var after = _appender.Unit(First, Second);

        var results = await _log.AppendAsync([before, conflict, before, after], default);

        Assert.Equal(new AppendResult.Appended(1), results[0]);
        Assert.IsType<AppendResult.VersionConflict>(results[1]);
        Assert.IsType<AppendResult.DuplicateCommand>(results[2]);
        Assert.Equal(new AppendResult.Appended(3), results[3]);
        Assert.Equal([before.Command.Id, after.Command.Id, after.Command.Id], (await _log.ReadAllAsync(0, 10, default)).Select(recorded => recorded.CommandId));
        Assert.Equal(2, (await _log.ReadStreamAsync(First, 0, 10, default)).Length);
    }

    /// <summary>Another writer was first by as many events as the refused unit has: the versions fit, the chain would not.</summary>
    [Fact]
    public async Task A_unit_made_on_top_of_a_refused_one_of_its_batch_is_refused_too()
    {
        var other = new Appender();
        for (var skipped = 0; skipped < 9; skipped++) _ = other.Unit(Appender.Stream(3));
        var refused = _appender.Unit(First);
        var onTop = _appender.Unit(First);
        await Appender.AppendAsync(_log, other.Unit(First));

        var results = await _log.AppendAsync([refused, onTop, _appender.Unit(Second)], default);

        Assert.Equal(new AppendResult.VersionConflict(First, 0, 1), results[0]);
        Assert.Equal(new AppendResult.VersionConflict(First, 1, 1), results[1]);
        Assert.IsType<AppendResult.Appended>(results[2]);
    }

    [Fact]
    public async Task A_unit_is_refused_when_a_stream_that_it_only_read_is_at_another_version()
    {
        await Appender.AppendAsync(_log, _appender.Unit(First));
        var refusal = new AppendUnit(Appender.Command(Appender.CommandId(90)), []) { Reads = [new StreamRead(First, 0)] };
        var ahead = _appender.Unit(Second) with { Reads = [new StreamRead(First, 2)] };

        Assert.Equal(new AppendResult.VersionConflict(First, 0, 1), Assert.Single(await _log.AppendAsync([refusal], default)));
        Assert.Equal(new AppendResult.VersionConflict(First, 2, 1), Assert.Single(await _log.AppendAsync([ahead], default)));
        Assert.Equal(1, _log.LastPosition);
        Assert.Null(await _log.FindCommandAsync(refusal.Command.Id, default));

        await Appender.AppendAsync(_log, refusal with { Reads = [new StreamRead(First, 1), new StreamRead(Appender.Stream(3), 0)] });
        await Appender.AppendAsync(_log, ahead with { Reads = [new StreamRead(First, 1)] });
        Assert.Equal(2, _log.LastPosition);
    }

    [Fact]
    public async Task What_a_unit_read_is_checked_against_the_units_before_it_in_its_batch_and_binds_those_after_it()
    {
        var write = _appender.Unit(First);
        var fits = new AppendUnit(Appender.Command(Appender.CommandId(90)), []) { Reads = [new StreamRead(First, 1)] };
        var late = new AppendUnit(Appender.Command(Appender.CommandId(91)), []) { Reads = [new StreamRead(First, 0)] };
        var next = _appender.Unit(First);
        var reader = new AppendUnit(Appender.Command(Appender.CommandId(92)), []) { Reads = [new StreamRead(Second, 0)] };
        var written = _appender.Unit(Second);

        var results = await _log.AppendAsync([write, fits, late, next, reader, written], default);

        Assert.Equal([new AppendResult.Appended(1), new AppendResult.Appended(1), new AppendResult.VersionConflict(First, 0, 1)], results[..3]);
        Assert.Equal([new AppendResult.Appended(2), new AppendResult.Appended(2), new AppendResult.Appended(3)], results[3..]);
    }

    [Fact, Rule("I11")]
    public async Task A_command_id_that_was_used_before_gives_its_record_and_appends_nothing()
    {
        var unit = _appender.Unit(First);
        await Appender.AppendAsync(_log, unit);
        var repeat = new AppendUnit(Appender.Command(unit.Command.Id) with { Reply = new byte[] { 1 } }, [_appender.Write(unit.Command.Id, First, "{}")]);

        var duplicate = Assert.IsType<AppendResult.DuplicateCommand>(Assert.Single(await _log.AppendAsync([repeat], default)));

        AssertSame(unit.Command, duplicate.Existing);
        Assert.Equal(1, _log.LastPosition);
    }

    [Fact, Rule("I11")]
    public async Task The_second_of_two_units_with_one_command_id_in_one_batch_is_a_duplicate()
    {
        var unit = _appender.Unit(First);
        var twin = new AppendUnit(unit.Command with { Reply = new byte[] { 2 } }, [_appender.Write(unit.Command.Id, Second, "{}")]);

        var results = await _log.AppendAsync([unit, twin], default);

        Assert.IsType<AppendResult.Appended>(results[0]);
        AssertSame(unit.Command, Assert.IsType<AppendResult.DuplicateCommand>(results[1]).Existing);
        Assert.Equal(1, _log.LastPosition);
    }

    [Fact, Rule("I11")]
    public async Task A_refused_command_without_events_keeps_its_record()
    {
        await Appender.AppendAsync(_log, _appender.Unit(First));
        var refused = new AppendUnit(Appender.Command(Appender.CommandId(99)) with { Reply = Array.Empty<byte>() }, []);

        Assert.Equal(new AppendResult.Appended(1), Assert.Single(await _log.AppendAsync([refused], default)));
        AssertSame(refused.Command, await _log.FindCommandAsync(refused.Command.Id, default));
        Assert.Equal(1, _log.LastPosition);
    }

    [Fact]
    public async Task A_malformed_unit_is_an_error_of_the_caller_and_changes_nothing()
    {
        var good = _appender.Unit(First);
        var write = good.Writes[0];
        AppendUnit[] bad =
        [
            good with { Command = good.Command with { Fingerprint = new byte[31] } },
            good with { Command = good.Command with { Reply = new byte[CommandRecord.ReplyLengthMax + 1] } },
            good with { Writes = default },
            good with { Reads = default },
            good with { Reads = [default] },
            good with { Reads = [new StreamRead(First, -1)] },
            good with { Writes = [write, write] },
            good with { Writes = [write with { Events = [] }] },
            good with { Writes = [write with { Stream = default }] },
            good with { Writes = [write with { ExpectedVersion = -1 }] },
            good with { Writes = [write with { Events = [write.Events[0] with { Hash = new byte[20] }] }] },
            good with { Writes = [write with { Events = [write.Events[0] with { Type = "No Type" }] }] },
            good with { Writes = [write with { Events = [write.Events[0] with { Payload = default }] }] },
            good with { Writes = [write with { Events = [write.Events[0] with { Payload = new byte[AppendCheck.PayloadLengthMax + 1] }] }] },
        ];

        foreach (var unit in bad) await Assert.ThrowsAsync<ArgumentException>(async () => await _log.AppendAsync([_appender.Unit(Second), unit], default));
        Assert.Equal(0, _log.LastPosition);
        Assert.Empty(await _log.ReadAllAsync(0, 10, default));
    }

    [Fact]
    public async Task A_cancelled_append_changes_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _log.AppendAsync([_appender.Unit(First)], new CancellationToken(true)));
        Assert.Equal(0, _log.LastPosition);
    }

    [Fact]
    public async Task A_stream_is_read_from_any_version_in_pages()
    {
        for (var written = 0; written < 10; written++) await Appender.AppendAsync(_log, _appender.Unit(First, Second));

        Assert.Equal([1, 2, 3], (await _log.ReadStreamAsync(First, 0, 3, default)).Select(recorded => recorded.Version));
        Assert.Equal([4, 5, 6], (await _log.ReadStreamAsync(First, 3, 3, default)).Select(recorded => recorded.Version));
        Assert.Equal([9, 10], (await _log.ReadStreamAsync(First, 8, 2, default)).Select(recorded => recorded.Version));
        Assert.Equal([10], (await _log.ReadStreamAsync(First, 9, int.MaxValue, default)).Select(recorded => recorded.Version));
        Assert.Empty(await _log.ReadStreamAsync(First, 10, 3, default));
        Assert.Empty(await _log.ReadStreamAsync(First, long.MaxValue, 3, default));
    }

    [Fact, Rule("I38"), Rule("E100")]
    public async Task A_changed_byte_is_found_when_its_stream_is_read_and_named()
    {
        await Appender.AppendAsync(_log, _appender.Unit(First), _appender.Unit(Second), _appender.Unit(First), _appender.Unit(First));
        _log = await TamperAsync(_log, 3);

        var error = await Assert.ThrowsAsync<EventLogCorruptException>(async () => await _log.ReadStreamAsync(First, 0, 10, default));
        Assert.Equal((3L, First, 2L), (error.Position, error.Stream, error.Version));
        Assert.Contains("restore from a verified backup", error.Message);
        await Assert.ThrowsAsync<EventLogCorruptException>(async () => await _log.ReadStreamAsync(First, 1, 1, default));
        Assert.Single(await _log.ReadStreamAsync(First, 0, 1, default));
        Assert.Single(await _log.ReadStreamAsync(Second, 0, 10, default));
    }

    [Fact]
    public async Task Heads_are_read_in_order_of_name_in_pages()
    {
        foreach (var number in new[] { 30, 4, 17 }) await Appender.AppendAsync(_log, _appender.Unit(Appender.Stream(number), Appender.Stream(number + 1)));
        await Appender.AppendAsync(_log, _appender.Unit(Appender.Stream(17)));

        var heads = await _log.ReadHeadsAsync(null, 100, default);
        Assert.Equal([4, 5, 17, 18, 30, 31], heads.Select(head => int.Parse(head.Stream.Id, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal([1, 1, 2, 1, 1, 1], heads.Select(head => head.Version));
        foreach (var head in heads) Assert.Equal((await _log.ReadStreamAsync(head.Stream, 0, 10, default))[^1].Hash.ToArray(), head.Hash.ToArray());

        var page = await _log.ReadHeadsAsync(Appender.Stream(5).ToString(), 2, default);
        Assert.Equal([17, 18], page.Select(head => int.Parse(head.Stream.Id, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Command_records_are_read_in_order_of_id_in_pages()
    {
        var units = Enumerable.Range(0, 5).Select(_ => _appender.Unit(First)).Append(new AppendUnit(Appender.Command(new Guid("ff000000-0000-7000-8000-000000000001")), [])).ToArray();
        foreach (var unit in units) await Appender.AppendAsync(_log, unit);
        var expected = units.Select(static unit => unit.Command.Id).OrderBy(static id => Convert.ToHexString(id.ToByteArray(bigEndian: true)), StringComparer.Ordinal).ToArray();

        var all = await _log.ReadCommandsAsync(null, 100, default);
        Assert.Equal(expected, all.Select(static record => record.Id));
        foreach (var record in all) AssertSame(record, await _log.FindCommandAsync(record.Id, default));
        Assert.Equal(expected[..2], (await _log.ReadCommandsAsync(null, 2, default)).Select(static record => record.Id));
        Assert.Equal(expected[3..], (await _log.ReadCommandsAsync(expected[2], 100, default)).Select(static record => record.Id));
        Assert.Empty(await _log.ReadCommandsAsync(expected[^1], 1, default));
    }

    [Fact]
    public async Task All_is_there_after_reopening_and_writing_goes_on()
    {
        var unit = _appender.Unit(First, Second);
        await Appender.AppendAsync(_log, unit, _appender.Unit(First));
        var before = await _log.ReadAllAsync(0, 10, default);

        _log = await ReopenAsync(_log);

        Assert.Equal(3, _log.LastPosition);
        Assert.Equal(before, await _log.ReadAllAsync(0, 10, default), SameEvent);
        AssertSame(unit.Command, await _log.FindCommandAsync(unit.Command.Id, default));
        Assert.IsType<AppendResult.DuplicateCommand>(Assert.Single(await _log.AppendAsync([unit], default)));
        Assert.Equal(4, await Appender.AppendAsync(_log, _appender.Unit(Second)));
    }

    private static void AssertSame(CommandRecord expected, CommandRecord? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal((expected.Id, expected.RecordedAt), (actual.Id, actual.RecordedAt));
        Assert.Equal(expected.Fingerprint.ToArray(), actual.Fingerprint.ToArray());
        Assert.Equal(expected.Reply.ToArray(), actual.Reply.ToArray());
    }

    private static bool SameEvent(RecordedEvent left, RecordedEvent right) =>
        left with { Payload = default, Hash = default } == right with { Payload = default, Hash = default }
        && left.Payload.Span.SequenceEqual(right.Payload.Span) && left.Hash.Span.SequenceEqual(right.Hash.Span);
}
