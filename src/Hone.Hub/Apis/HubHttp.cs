using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Hone.Hub.Apis;

/// <summary>Requests to one hub: redirects are followed by hand, so that the token goes to the hub itself and to nobody else.</summary>
internal sealed class HubHttp : IDisposable
{
    private const int MaxRedirects = 5;
    private const int MaxReasonLength = 300;
    private const int TriesToConnect = 2;
    private const int MaxJsonBytes = 16 << 20;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly HttpClient client;
    private readonly Uri endpoint;
    private readonly string? token;
    private readonly HubOptions options;
    private readonly Action<string>? notice;

    /// <param name="endpoint">The hub.</param>
    /// <param name="token">Access token for it, or null.</param>
    /// <param name="options">Tries and times.</param>
    /// <param name="notice">Told why something is tried again.</param>
    public HubHttp(Uri endpoint, string? token, HubOptions options, Action<string>? notice)
    {
        (this.endpoint, this.token, this.options, this.notice) = (endpoint, token, options, notice);
        client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = options.Timeout })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // Each wait has its own limit.
            MaxResponseContentBufferSize = MaxJsonBytes,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("hone");
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity"); // Ranges count bytes of the file itself.
    }

    /// <summary>Host of the hub, for messages.</summary>
    public string Host => endpoint.Authority;

    /// <summary>Tries an action until it succeeds, fails for good, or fails too often without any progress.</summary>
    /// <param name="action">What is tried; its transient faults are.</param>
    /// <param name="progress">How many bytes it got so far; <see cref="HubOptions.LeastProgress"/> more make it a first try again.</param>
    /// <param name="cancellation">Stops.</param>
    public async Task Retry(Func<Task> action, Func<long> progress, CancellationToken cancellation)
    {
        for (var (tries, before) = (1, progress()); ; tries++)
        {
            try
            {
                await action().ConfigureAwait(false);
                return;
            }
            catch (HubFault e) when (e.IsTransient)
            {
                if (progress() >= before + options.LeastProgress) (tries, before) = (1, progress());
                if (tries >= (e.NeverConnected && before == 0 ? Math.Min(options.MaxTries, TriesToConnect) : options.MaxTries)) throw;
                var pause = options.RetryDelay * Math.Pow(2, tries - 1);
                if (e.RetryAfter is { } asked && asked > pause) pause = asked < LongestPause ? asked : LongestPause;
                notice?.Invoke(FormattableString.Invariant($"{e.Message}; trying again in {Math.Ceiling(pause.TotalSeconds):0} s"));
                await Task.Delay(pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gets a JSON answer of bounded size, with what the headers say.</summary>
    public async Task<(JsonDocument Json, HttpResponseHeaders Headers)> GetJson(Uri address, CancellationToken cancellation)
    {
        (JsonDocument, HttpResponseHeaders)? result = null;
        await Retry(async () =>
        {
            using var response = await Get(address, 0, cancellation).ConfigureAwait(false);
            try
            {
                using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                limited.CancelAfter(options.Timeout);
                await response.Content.LoadIntoBufferAsync(MaxJsonBytes, limited.Token).ConfigureAwait(false);
                var bytes = await response.Content.ReadAsByteArrayAsync(limited.Token).ConfigureAwait(false);
                result = (JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 }), response.Headers);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new HubFault($"{address.Authority} answers with more than any listing takes", e) { Kind = FaultKind.Nonsense };
            }
            catch (JsonException e)
            {
                throw new HubFault($"{address.Authority} answers with something that is no JSON", e) { Kind = FaultKind.Nonsense };
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                throw Broken(address, e);
            }
        }, () => 0, cancellation).ConfigureAwait(false);
        return result!.Value;
    }

    /// <summary>Begins a download; the caller reads the content.</summary>
    /// <param name="address">Of the hub; redirects lead to others.</param>
    /// <param name="from">First byte that is wanted.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HubFault">Nothing comes, or not what was asked for.</exception>
    public async Task<HttpResponseMessage> Get(Uri address, long from, CancellationToken cancellation)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await Send(address, from, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode) return response;
            using (response)
            {
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) throw Refused(address, response);
                if (redirects == MaxRedirects) throw new HubFault($"{address.Authority} redirects in circles") { Kind = FaultKind.Nonsense };
                address = Target(address, response.Headers.Location);
            }
        }
    }

    /// <summary>A connection that failed.</summary>
    public static HubFault Broken(Uri address, Exception e) => new(e is OperationCanceledException ? $"{address.Authority} is silent" : $"the connection to {address.Authority} failed: {Innermost(e)}", e)
    {
        Kind = FaultKind.Unreachable,
        NeverConnected = e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError },
        IsTransient = e is not HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError },
    };

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private static string Innermost(Exception e) => (e.InnerException?.Message ?? e.Message).TrimEnd('.');

    private async Task<HttpResponseMessage> Send(Uri address, long from, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        if (token is not null && IsHub(address)) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(options.Timeout);
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Broken(address, e);
        }
    }

    private bool IsHub(Uri address) => address.Scheme == endpoint.Scheme && address.Host == endpoint.Host && address.Port == endpoint.Port;

    private static Uri Target(Uri from, Uri? location)
    {
        var target = location is not null && Uri.TryCreate(from, location, out var address) ? address : null;
        if (target?.Scheme is not ("http" or "https") || (from.Scheme == "https" && target.Scheme != "https"))
            throw new HubFault($"{from.Authority} redirects to an address that is not followed: {target?.GetLeftPart(UriPartial.Authority)}") { Kind = FaultKind.Nonsense };
        return target;
    }

    /// <summary>What Hugging Face says in words, such as that terms are to be accepted first.</summary>
    private static string Reason(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Error-Message", out var texts) && string.Join(' ', texts) is { Length: > 0 } text
            ? $" ({(text.Length > MaxReasonLength ? text[..MaxReasonLength] + "…" : text)})" : "";

    private static HubFault Refused(Uri address, HttpResponseMessage response)
    {
        var code = (int)response.StatusCode;
        var after = response.Headers.RetryAfter;
        return new HubFault($"{address.Authority} answers {code} {response.ReasonPhrase}{Reason(response)}")
        {
            Kind = response.StatusCode switch
            {
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FaultKind.Forbidden,
                HttpStatusCode.NotFound or HttpStatusCode.Gone => FaultKind.Missing,
                HttpStatusCode.RequestedRangeNotSatisfiable => FaultKind.WrongRange,
                _ => FaultKind.Unreachable,
            },
            IsTransient = code is 408 or 429 or >= 500,
            RetryAfter = after?.Delta ?? (after?.Date is { } date ? date - DateTimeOffset.UtcNow : null),
        };
    }
}
