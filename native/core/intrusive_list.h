// A doubly linked list through its elements: nothing is allocated to be in one, and leaving takes
// no search. An element is in one list a link; the list owns nothing.
#pragma once

namespace deeplab {

template <typename T>
struct ListLink {
  T* previous = nullptr;
  T* next = nullptr;
};

template <typename T, ListLink<T> T::*kLink>
class IntrusiveList {
 public:
  bool empty() const noexcept { return front_ == nullptr; }
  T* front() const noexcept { return front_; }
  T* back() const noexcept { return back_; }
  static T* Next(const T& element) noexcept { return (element.*kLink).next; }
  static T* Previous(const T& element) noexcept { return (element.*kLink).previous; }

  void push_back(T& element) noexcept { insert_after(back_, element); }

  // Behind `place`; null: at the front.
  void insert_after(T* place, T& element) noexcept {
    ListLink<T>& link = element.*kLink;
    link.previous = place;
    link.next = place == nullptr ? front_ : (place->*kLink).next;
    (link.previous == nullptr ? front_ : (link.previous->*kLink).next) = &element;
    (link.next == nullptr ? back_ : (link.next->*kLink).previous) = &element;
  }

  void erase(T& element) noexcept {
    ListLink<T>& link = element.*kLink;
    (link.previous == nullptr ? front_ : (link.previous->*kLink).next) = link.next;
    (link.next == nullptr ? back_ : (link.next->*kLink).previous) = link.previous;
    link = {};
  }

  T* pop_front() noexcept {
    T* const first = front_;
    if (first != nullptr) erase(*first);
    return first;
  }

 private:
  T* front_ = nullptr;
  T* back_ = nullptr;
};

}  // namespace deeplab
