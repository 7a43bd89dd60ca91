using Hone.Bench;
using Hone.Bench.Comparison;
using Hone.Bench.Decoding;
using Hone.Bench.Forecasting;
using Hone.Bench.Job;
using Hone.Bench.Rows;
using Hone.Bench.Scaling;
using Hone.Bench.Starting;
using Hone.Bench.Tokenizing;
using Hone.Bench.Training;

return args switch
{
    ["gemm", .. var rest] => GemmBench.Run(rest),
    ["train", .. var rest] => TrainBench.Run(rest),
    ["tokenize", .. var rest] => TokenizeBench.Run(rest),
    ["start", .. var rest] => StartBench.Run(rest),
    ["decode", .. var rest] => DecodeBench.Run(rest),
    ["forecast", .. var rest] => ForecastBench.Run(rest),
    ["compare", .. var rest] => CompareBench.Run(rest),
    ["job", .. var rest] => JobBench.Run(rest),
    ["scaling", .. var rest] => ScalingBench.Run(rest),
    ["rows", .. var rest] => RowsBench.Run(rest),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        usage: hone-bench gemm [--quick] [--products] [--shape "T,N,K;T,N,K"] [--threads N] [--openblas LIBRARY]
               hone-bench train S|M|Q full|lora STEPS [--bf16] [--checkpointing] [--profile] [--threads N] [--wait SECONDS] [--json]
               hone-bench forecast S|M|Q full|lora STEPS [--checkpointing] [--threads N] [--rows-of TOKENS] [--learned-percent N]
               hone-bench compare [--quick] [--configs S,M,Q] [--modes full,lora] [--rounds N] [--prototype] [--wait SECONDS]
               hone-bench scaling [--out FOLDER] [--threads N] [--wait SECONDS]
               hone-bench rows TOKENIZER_FOLDER DATA [--sizes 1000,10000] [--ways tokenize,keep,cached,streaming] [--work FOLDER] [--out FOLDER]
               hone-bench job [--steps N] [--peers longest,512]
               hone-bench decode S|M|Q [--model FOLDER] [--samples N] [--prompt TOKENS] [--threads N] [--profile] [--wait SECONDS]
               hone-bench tokenize MODEL_FOLDER DATA [--rounds N] [--peer COMMAND]
               hone-bench start HONE_DLL TOKENIZER_FOLDER DATA [--rounds N] [--wait SECONDS]
        """);
    return 2;
}
