using System.Collections.Concurrent;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>A message as a broker hands it out.</summary>
internal sealed record RabbitMessage(string Id, string Type, string ContentType, string Body);

/// <summary>Another service, with durable queues of its own.</summary>
internal sealed class RabbitClient : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private RabbitClient(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    public static async Task<RabbitClient> ConnectAsync(Uri broker, ConcurrentQueue<RabbitMessage> events, ConcurrentQueue<RabbitMessage> answers)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var client = new RabbitClient(connection, await connection.CreateChannelAsync());
        await client.ListenAsync("ledger.events", events);
        await client.ListenAsync("ledger.answers", answers);
        return client;
    }

    public async Task SendAsync(string? type, string body) =>
        await _channel.BasicPublishAsync("", "ledger.commands", false, type is null ? new BasicProperties() : new BasicProperties { Type = type, MessageId = Guid.NewGuid().ToString() }, Encoding.UTF8.GetBytes(body));

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task ListenAsync(string exchange, ConcurrentQueue<RabbitMessage> heard)
    {
        var queue = $"test.{exchange}";
        await _channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        await _channel.QueueBindAsync(queue, exchange, "");
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            heard.Enqueue(new RabbitMessage(message.BasicProperties.MessageId!, message.BasicProperties.Type!, message.BasicProperties.ContentType!, Encoding.UTF8.GetString(message.Body.Span)));
            await _channel.BasicAckAsync(message.DeliveryTag, false);
        };
        await _channel.BasicConsumeAsync(queue, false, consumer);
    }
}
