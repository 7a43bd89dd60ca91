namespace Hone.Kernels.Cpu.Gemm;

/// <summary>A part of c; rows count within the chunk.</summary>
internal readonly record struct Tile(int Row, int Rows, int Column, int Columns);
