using System.Runtime.InteropServices;
using Hone.Tensors;

namespace Hone.Bench;

/// <summary>A BLAS library with the C interface, loaded from a path: the peer of our matrix products.</summary>
internal sealed unsafe class OpenBlas : IDisposable
{
    private const int RowMajor = 101;
    private const int Plain = 111;
    private const int Transposed = 112;

    private readonly nint library;
    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> sgemm;

    /// <param name="path">File of the shared library.</param>
    /// <param name="threads">Threads it shall use; 0 for its default.</param>
    public OpenBlas(string path, int threads)
    {
        library = NativeLibrary.Load(path);
        var coreName = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_corename");
        Core = Marshal.PtrToStringUTF8((nint)coreName())!;
        sgemm = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        var setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        setThreads(threads > 0 ? threads : Environment.ProcessorCount);
    }

    /// <summary>Processor whose kernels it uses; its environment variable OPENBLAS_CORETYPE chooses another.</summary>
    public string Core { get; }

    /// <summary>The product of one variant, with the same operands and the same meaning as ours.</summary>
    public void Multiply(Variant variant, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dx, Tensor dw)
    {
        var (t, n, k) = (x.Rows, w.Rows, x.Columns);
        if (variant == Variant.NT) sgemm(RowMajor, Plain, Transposed, t, n, k, 1, x.F32, k, w.F32, k, 0, y.F32, n);
        else if (variant == Variant.NN) sgemm(RowMajor, Plain, Plain, t, k, n, 1, dy.F32, n, w.F32, k, 0, dx.F32, k);
        else sgemm(RowMajor, Transposed, Plain, n, k, t, 1, dy.F32, n, x.F32, k, 1, dw.F32, k);
    }

    public void Dispose() => NativeLibrary.Free(library);
}
