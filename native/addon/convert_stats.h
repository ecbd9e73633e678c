// What a model's scheduler counts and has measured → the object that lib/native.ts declares.
#pragma once

#include <napi.h>

#include "pipeline/scheduler.h"

namespace deeplab::addon {

Napi::Object WriteStats(Napi::Env env, const pipeline::ModelStats& stats);

}  // namespace deeplab::addon
