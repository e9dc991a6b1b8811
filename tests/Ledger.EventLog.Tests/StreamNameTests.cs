namespace Ledger.EventLog.Tests;

public sealed class StreamNameTests
{
    /// <summary>Literal numbers: a hash that differs from process to process meets them in none.</summary>
    [Theory]
    [InlineData("merchant-corner-shop", 0x48DE_1154)]
    [InlineData("terminal-READER0001", 0xA93F_B4DC)]
    [InlineData("transaction-0123456789abcdef0123456789abcdef", 0x4444_4444)]
    public void The_stable_hash_of_a_name_is_the_same_in_every_process(string name, uint expected) => Assert.Equal(expected, StreamName.Parse(name).StableHash());
}
