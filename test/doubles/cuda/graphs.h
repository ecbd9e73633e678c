// What sets one node of an executable graph anew. Under the lock.
#pragma once

#include "calls.h"

namespace deeplab::doubles {

// The node of that kind, or null where it is none of a live graph's that was made here.
Node* FindNode(Call* call, CUgraphExec exec, CUgraphNode handle, Node::Kind kind);

// What the next launches do in its place; it keeps its name.
inline void Replace(Node* node, Node by) {
  node->job = std::move(by.job);
  node->submit = std::move(by.submit);
}

}  // namespace deeplab::doubles
