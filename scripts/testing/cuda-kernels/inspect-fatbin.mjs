// What a fatbin holds, as NVIDIA's cuobjdump tells it: architectures, kernels, resources, parameters.
import { fetchTool } from "../../cuda/toolkit.mjs";
import { outputOf } from "../../setup/run-command.mjs";

const dump = async (fatbin, option) => outputOf(await fetchTool("cuobjdump"), [option, fatbin]);

/** `{ arch, text }` of each piece of machine code, or of PTX. */
function pieces(output, kind) {
  return output
    .split(/^Fatbin (?=elf code:|ptx code:)/m)
    .filter((piece) => piece.startsWith(`${kind} code:`))
    .map((text) => ({ arch: /^arch = (\S+)/m.exec(text)[1], text }));
}

/** Registers a thread, bytes of stack a thread, bytes of shared memory a block that no launch has to ask for. */
function resourcesIn(text) {
  const line = /^ Function (\S+):\n\s+REG:(\d+) STACK:(\d+) SHARED:(\d+) LOCAL:(\d+)/gm;
  return [...text.matchAll(line)].map(([, kernel, ...numbers]) => {
    const [registers, stack, shared, local] = numbers.map(Number);
    return { kernel, registers, stack: stack + local, shared };
  });
}

/** By kernel: its section of notes for the driver, as text. */
function notesIn(text) {
  const sections = text.split(/^\.nv\.info\.(?=\S+$)/m).slice(1);
  return new Map(
    sections.map((section) => {
      const [kernel] = section.split("\n", 1);
      return [kernel, section.split(/^\.(?=\S+$)/m, 1)[0]];
    }),
  );
}

/** `{ offset, size }` of each parameter, in order. */
function parametersIn(notes) {
  const parameter = /Ordinal : (0x\w+)\s+Offset\s+: (0x\w+)\s+Size\s+: (0x\w+)/g;
  return [...notes.matchAll(parameter)]
    .map(([, ...numbers]) => numbers.map(Number))
    .sort(([a], [b]) => a - b)
    .map(([, offset, size]) => ({ offset, size }));
}

/** Places where a register was put aside to memory or fetched back. */
const spillsIn = (notes) => notes.match(/SpillRefill/g)?.length ?? 0;

/**
 * Every kernel of every architecture.
 *
 * @typedef {{offset: number, size: number}} Parameter
 * @typedef {{registers: number, stack: number, shared: number}} Resources
 * @typedef {Resources & {arch: string, kernel: string, parameters: Parameter[], spills: number}} Kernel
 *
 * @param {string} fatbin
 * @returns {Promise<Kernel[]>}
 */
export async function kernelsIn(fatbin) {
  const usage = pieces(await dump(fatbin, "--dump-resource-usage"), "elf");
  const notes = new Map(
    pieces(await dump(fatbin, "--dump-elf"), "elf").map(({ arch, text }) => [arch, notesIn(text)]),
  );
  return usage.flatMap(({ arch, text }) =>
    resourcesIn(text).map((kernel) => {
      const note = notes.get(arch).get(kernel.kernel);
      return { arch, ...kernel, parameters: parametersIn(note), spills: spillsIn(note) };
    }),
  );
}

/**
 * The PTX: what it is for, of which version of PTX it is, the names of its kernels.
 *
 * @param {string} fatbin
 * @returns {Promise<{arch: string, version: string, kernels: string[], text: string}[]>}
 */
export async function ptxIn(fatbin) {
  return pieces(await dump(fatbin, "--dump-ptx"), "ptx").map(({ arch, text }) => ({
    arch,
    version: /^\.version (\S+)/m.exec(text)[1],
    kernels: [...text.matchAll(/^\.visible \.entry (\w+)\(/gm)].map(([, name]) => name),
    text,
  }));
}
