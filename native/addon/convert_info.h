// What was loaded, by what and onto what → the object that lib/native.ts calls NativeModelInfo.
#pragma once

#include <napi.h>

#include "pipeline/model.h"
#include "pipeline/request.h"

namespace deeplab::addon {

Napi::Object WriteInfo(Napi::Env env, const pipeline::Model& model,
                       const pipeline::Package& package);

}  // namespace deeplab::addon
