// Border rules of native/: which folder may name what, and which folder may include which.
import { lineAt, onlyCode, withoutComments } from "./cpp-text.mjs";

const inFolder = (folder) => (file) => file.startsWith(`native/${folder}/`);

/** `in`: the text a name is looked for in. Code leaves strings out; text keeps them, and include paths. */
const NAMES = [
  {
    what: "only native/addon may use Node-API",
    allowed: inFolder("addon"),
    in: withoutComments,
    pattern: /#\s*include\s*[<"](?:napi|node_api|js_native_api|node|uv|v8)[\w-]*\.h[>"]|\bNapi::|\bnapi_\w+/g,
  },
  {
    what: "only native/infer may name an inference library",
    allowed: inFolder("infer"),
    in: withoutComments,
    pattern: /\bort_\w+|\bOrt[A-Z]\w*|onnxruntime|nvinfer|nvonnxparser|\btrt_\w+|TensorRT|tensorrt/g,
  },
  {
    what: "only native/cuda and *_cuda.* may name CUDA",
    allowed: (file) => inFolder("cuda")(file) || /_cuda\.(?:h|cc|cu|cuh)$/.test(file),
    in: withoutComments,
    pattern:
      /#\s*include\s*[<"](?:[\w/]*\/)?cuda[\w]*\.h[>"]|\bcu[A-Z]\w*|\bcuda[A-Z]\w*|\bCU[a-z]\w+|libcuda/g,
  },
  {
    what: "no “using namespace” in a header",
    allowed: (file) => !/\.(?:h|cuh)$/.test(file),
    in: onlyCode,
    pattern: /\busing\s+namespace\b/g,
  },
];

/** A folder may include itself and folders of a lower rank; folders of one rank do not know each other. */
const RANK = {
  core: 0,
  plan: 1,
  cuda: 1,
  preprocess: 2,
  postprocess: 2,
  visualize: 2,
  export: 2,
  infer: 2,
  pipeline: 3,
  addon: 4,
};

function includeProblems(file, source) {
  const folder = file.split("/")[1];
  const problems = [];
  for (const match of withoutComments(source).matchAll(/^[ \t]*#\s*include\s*"([^"]+)"/gm)) {
    const [target] = match[1].split("/");
    if (target === folder || !(target in RANK)) continue;
    if (RANK[target] >= RANK[folder]) {
      problems.push({
        line: lineAt(source, match.index),
        message: `native/${folder} may not include ${match[1]} (order: core, plan, preprocess/postprocess/visualize/export/infer, pipeline, addon)`,
      });
    }
  }
  return problems;
}

/** Broken rules of one file of native/, as `[{ line, message }]`. */
export function nativeBorderProblems(file, source) {
  const folder = file.split("/")[1];
  if (!(folder in RANK))
    return [
      {
        line: 1,
        message: `native/${folder} is not a folder of docs/architecture.md: ${Object.keys(RANK).join(", ")}`,
      },
    ];
  const problems = includeProblems(file, source);
  for (const { what, allowed, in: view, pattern } of NAMES) {
    if (allowed(file)) continue;
    for (const match of view(source).matchAll(pattern)) {
      problems.push({ line: lineAt(source, match.index), message: `${what}; this names ${match[0].trim()}` });
    }
  }
  return problems;
}
