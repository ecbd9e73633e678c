// What the batches of every kind of memory do the same way with their images.
#pragma once

#include <chrono>
#include <vector>

#include "core/error.h"
#include "pipeline/request.h"
#include "postprocess/postprocess.h"

namespace deeplab::pipeline {

inline double Milliseconds(Request::Clock::time_point from, Request::Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// Runs a step of one image; what it throws is the image's error. An image that has one is left out.
template <typename Step>
void Guarded(const Unit& unit, const Step& step) noexcept {
  if (unit.result().error) return;
  try {
    step();
  } catch (...) {
    unit.result().error = Describe(std::current_exception());
  }
}

// Runs a step of all images; what it throws is the error of each.
template <typename Step>
void Guarded(const std::vector<Unit>& units, const Step& step) noexcept {
  try {
    step();
  } catch (...) {
    const Error error = Describe(std::current_exception());
    for (const Unit& unit : units) {
      if (!unit.result().error) unit.result().error = error;
    }
  }
}

// Whether there is nothing left to be run for.
bool AllFailed(const std::vector<Unit>& units) noexcept;

// A view: lives as long as the request.
postprocess::ClassTable ClassesOf(const Unit& unit);

// Throws Error{kNonFiniteLogits} where the request is strict and the image has such pixels.
void RefuseNonFinite(const Unit& unit);

}  // namespace deeplab::pipeline
