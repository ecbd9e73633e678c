// Memory of WebAssembly: growing it takes the memory of its ArrayBuffer away.

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface WasmMemoryOptions {
  /** Pages of 65536 bytes. */
  readonly initial: number;
  readonly maximum: number;
  readonly shared?: boolean;
}

/** A new `WebAssembly.Memory`, whose types come with browsers' alone. */
export function newWasmMemory(options: WasmMemoryOptions): WasmMemory {
  const { WebAssembly } = globalThis as unknown as {
    WebAssembly: { Memory: new (options: WasmMemoryOptions) => WasmMemory };
  };
  return new WebAssembly.Memory(options);
}
