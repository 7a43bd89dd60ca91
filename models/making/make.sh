#!/usr/bin/env bash
# Makes models/hone-tiny from nothing: texts, tokenizer, pre-training, fine-tuning, and the score on held-out questions.
# About an hour on two cores. A run that was stopped goes on where it was: finished parts are kept in artifacts/tiny.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seed=1 pretrain_rows=80000 chat_rows=130000 held_out_rows=2000
work=artifacts/tiny
mkdir -p "$work"

dotnet build models/making/Hone.TinyModel -c Release -v quiet --nologo
data() { dotnet models/making/Hone.TinyModel/bin/Release/net10.0/hone-tiny-data.dll "$@"; }

train() { # verb, configuration, folder of the run
  [[ -f $3/done ]] && return
  if [[ -d $3/last ]]; then ./hone "$1" "$2" --resume_from_checkpoint last; else ./hone "$1" "$2" --overwrite_output_dir true; fi
  touch "$3/done"
}

if [[ ! -f $work/heldout.jsonl ]]; then
  data pretrain --out "$work/pretrain.jsonl" --seed "$seed" --rows "$pretrain_rows"
  data chat --out "$work/chat.jsonl" --seed "$seed" --rows "$chat_rows"
  data init --texts "$work/pretrain.jsonl" --out "$work/init"
  data heldout --out "$work/heldout.jsonl" --seed "$seed" --rows "$held_out_rows"
fi

train pt models/making/pretrain.yaml "$work/pretrain"
train sft models/making/chat.yaml "$work/chat"

target=models/hone-tiny
mkdir -p "$target"
for file in config.json generation_config.json tokenizer.json tokenizer_config.json model.safetensors; do
  cp "$work/chat/last/$file" "$target/$file"
done
rm -f "$work/replies.jsonl"
./hone infer --model "$target" --val_dataset "$work/heldout.jsonl" --result_path "$work/replies.jsonl" --max_new_tokens 64
data score --replies "$work/replies.jsonl"
