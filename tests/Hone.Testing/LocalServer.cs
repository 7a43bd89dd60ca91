using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hone.Testing;

/// <summary>A request as it came in.</summary>
/// <param name="Path">Path, still encoded.</param>
/// <param name="Query">Query without its question mark, still encoded.</param>
/// <param name="Headers">Headers by lower-case name.</param>
public sealed record LocalRequest(string Path, string Query, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>First byte that the <c>Range</c> header asks for; 0 without one.</summary>
    public int From => Headers.TryGetValue("range", out var range) ? int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture) : 0;
}

/// <summary>An answer, byte for byte.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Body">Content.</param>
public sealed record LocalResponse(int Status, byte[] Body)
{
    public LocalResponse(int status, string body = "")
        : this(status, Encoding.UTF8.GetBytes(body))
    {
    }

    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>What <c>Content-Length</c> says; null tells the truth, -1 says nothing.</summary>
    public int? DeclaredLength { get; init; }

    /// <summary>Bytes of the content after which the connection breaks; null sends all.</summary>
    public int? BreaksAfter { get; init; }

    /// <summary>Wait before the content's last byte.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Bytes that are sent at once, with a moment before the next; null sends all at once.</summary>
    public int? Piece { get; init; }
}

/// <summary>An HTTP server on 127.0.0.1 that can lie and break off, which no library's server does.</summary>
public sealed class LocalServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<LocalRequest, LocalResponse> answer;
#pragma warning disable CA2213 // Connections that end later still ask it.
    private readonly CancellationTokenSource stop = new();
#pragma warning restore CA2213

    public LocalServer(Func<LocalRequest, LocalResponse> answer)
    {
        this.answer = answer;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        _ = Accept();
    }

    public Uri Address { get; }

    /// <summary>All requests so far.</summary>
    public ConcurrentQueue<LocalRequest> Requests { get; } = [];

    /// <summary>Goes out of reach; a second time does nothing.</summary>
    public void Dispose()
    {
        stop.Cancel();
        listener.Dispose();
    }

    private async Task Accept()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                _ = Task.Run(() => Serve(client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var connection = client;
        try
        {
            var stream = connection.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, leaveOpen: true);
            if (await reader.ReadLineAsync() is not { } first) return;
            var headers = new Dictionary<string, string>();
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                headers[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
            }

            var target = first.Split(' ')[1];
            var mark = target.IndexOf('?', StringComparison.Ordinal);
            var request = new LocalRequest(mark < 0 ? target : target[..mark], mark < 0 ? "" : target[(mark + 1)..], headers);
            Requests.Enqueue(request);
            await Send(stream, answer(request));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task Send(NetworkStream stream, LocalResponse response)
    {
        var head = new StringBuilder($"HTTP/1.1 {response.Status} {(HttpStatusCode)response.Status}\r\nConnection: close\r\n");
        if ((response.DeclaredLength ?? response.Body.Length) is >= 0 and var length) head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        foreach (var (name, value) in response.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), stop.Token);
        var body = response.Body.AsMemory(0, Math.Min(response.BreaksAfter ?? response.Body.Length, response.Body.Length));
        if (response.Pause > TimeSpan.Zero && body.Length > 0)
        {
            await stream.WriteAsync(body[..^1], stop.Token);
            await Task.Delay(response.Pause, stop.Token);
            body = body[^1..];
        }

        for (var piece = response.Piece ?? body.Length; body.Length > piece; body = body[piece..])
        {
            await stream.WriteAsync(body[..piece], stop.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(5), stop.Token);
        }

        await stream.WriteAsync(body, stop.Token);
    }
}
