using Hone.Bench;
using Hone.Bench.Comparison;
using Hone.Bench.Forecasting;
using Hone.Bench.Training;

return args switch
{
    ["gemm", .. var rest] => GemmBench.Run(rest),
    ["train", .. var rest] => TrainBench.Run(rest),
    ["forecast", .. var rest] => ForecastBench.Run(rest),
    ["compare", .. var rest] => CompareBench.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        usage: hone-bench gemm [--quick] [--shape T,N,K] [--threads N]
               hone-bench train S|M|Q full|lora STEPS [--bf16] [--checkpointing] [--profile] [--threads N] [--wait SECONDS] [--json]
               hone-bench forecast S|M|Q full|lora STEPS [--checkpointing] [--threads N] [--rows-of TOKENS] [--learned-percent N]
               hone-bench compare [--quick] [--configs S,M,Q] [--modes full,lora] [--rounds N] [--prototype] [--wait SECONDS]
        """);
    return 2;
}
