using Hone.Bench;

return args switch
{
    ["gemm", .. var rest] => GemmBench.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: hone-bench gemm [--quick] [--threads N] [--peak GFLOPS]");
    return 2;
}
