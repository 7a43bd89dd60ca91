"""LoRA on rows of different lengths the way most scripts do it: eight rows a step, padded, logits for every token.

usage: padded_job.py FOLDER_OF_TORCH_REFERENCE ROWS.json longest|512
ROWS.json: [{"ids": [...], "weights": [...]}, ...]. The first eight rows warm up. "longest" pads to the longest of the eight and
runs them as one batch; a number pads every row to it and runs them two by two, as memory asks. Prints one JSON line.
"""
import json
import resource
import statistics
import sys
import time

sys.path.insert(0, sys.argv[1])
import torch
import torch.nn.functional as F
from torch_reference import CFG, LoRALinear, Model

ROWS_PER_STEP = 8
IGNORED = -100


def build(longest):
    config = dict(CFG["Q"], seq=longest)
    model = Model(config)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for block in model.blocks:
        for name in ("q", "k", "v", "o", "gate", "up", "down"):
            setattr(block, name, LoRALinear(getattr(block, name)))
    return model


def loss_sum(model, rows, length):
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    labels = torch.full((len(rows), length), IGNORED)
    for i, row in enumerate(rows):
        n = len(row["ids"])
        ids[i, :n] = torch.tensor(row["ids"])
        for t in range(1, n):
            if row["weights"][t] > 0:
                labels[i, t - 1] = row["ids"][t]
    x = model.emb(ids)
    for block in model.blocks:
        x = block(x, model.cos[:length], model.sin[:length], model.mask[:length, :length])
    logits = F.linear(model.norm(x), model.emb.weight)
    return F.cross_entropy(logits.view(-1, logits.shape[-1]), labels.view(-1), ignore_index=IGNORED, reduction="sum")


def main():
    rows = json.load(open(sys.argv[2]))
    padding = sys.argv[3]
    fixed = None if padding == "longest" else int(padding)
    torch.manual_seed(0)
    model = build(fixed or max(len(r["ids"]) for r in rows))
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=3e-4, weight_decay=0.01)
    times, learned = [], []
    for start in range(0, len(rows) - ROWS_PER_STEP + 1, ROWS_PER_STEP):
        step = rows[start:start + ROWS_PER_STEP]
        count = sum(sum(1 for w in r["weights"][1:] if w > 0) for r in step)
        length = fixed or max(len(r["ids"]) for r in step)
        size = 2 if fixed else ROWS_PER_STEP
        began = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        for i in range(0, ROWS_PER_STEP, size):
            (loss_sum(model, step[i:i + size], length) / count).backward()
        optimizer.step()
        if start:
            times.append(time.perf_counter() - began)
            learned.append(count)
    print(json.dumps(dict(StepSeconds=statistics.median(times), LearnedTokens=statistics.mean(learned),
                          PeakMegabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)))


if __name__ == "__main__":
    main()
