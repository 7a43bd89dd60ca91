#!/bin/sh
# Hone's training step against PyTorch, side by side: prints the table of docs/performance.md. As root on Debian it installs
# PyTorch when that is missing. Options: --quick, --configs S,M,Q, --modes full,lora, --rounds N, --prototype.
set -e
cd "$(dirname "$0")/.."
dotnet build bench/Hone.Bench -c Release -v q -nologo
exec bench/Hone.Bench/bin/Release/net10.0/Hone.Bench compare "$@"
