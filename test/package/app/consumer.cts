// A CommonJS user's TypeScript, compiled against the installed package.
import { AutoModel } from "deeplab-rt";

export async function size(folder: string): Promise<number> {
  await using model = await AutoModel.fromPretrained(folder);
  const { width, height, confidence } = await model.infer({ data: new Uint8Array(12), width: 2, height: 2 });
  const first: number | undefined = confidence[0];
  return width * height * (first ?? 0);
}
