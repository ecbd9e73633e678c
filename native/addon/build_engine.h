// Building engines, for a process of its own: what the library logs goes to stderr as it is said,
// so that the lines before a crash are not lost with it (lib/compile/ reads them there).
#pragma once

#include <napi.h>

namespace deeplab::addon {

// engineTarget(candidates, ordinal): what engines would be built with and for.
Napi::Value EngineTarget(const Napi::CallbackInfo& info);

// buildEngine(spec, onEvent): `{ done, cancel }`. `done` is a promise of what was built; `cancel()`
// ends the build at its next step. `onEvent(kind, phase, parent, number)` is called for each step.
Napi::Value BuildEngine(const Napi::CallbackInfo& info);

}  // namespace deeplab::addon
