// An ESM user's TypeScript, compiled against the installed package.
import {
  AutoModel,
  DeepLabError,
  type SemanticSegmentationModel,
  type SemanticSegmentationResult,
} from "deeplab-rt";

export async function shares(folder: string, picture: Uint8Array): Promise<number[]> {
  const model: SemanticSegmentationModel = await AutoModel.fromPretrained(folder, {
    session: { intraOpThreads: 1 },
  });
  try {
    const result: SemanticSegmentationResult = await model.infer(picture, { confidence: 0.5 });
    const list: SemanticSegmentationResult[] = await model.infer([picture, picture]);
    const map: Uint8Array | Uint16Array = result.segmentationMap;
    const png: Buffer = await result.overlay({ format: "png" });
    // @ts-expect-error a misspelled option is an error of types too
    await model.infer(picture, { confidenec: 0.5 });
    return [map.length, png.length, list.length];
  } catch (error) {
    if (error instanceof DeepLabError) console.log(error.code);
    throw error;
  } finally {
    await model.close();
  }
}
