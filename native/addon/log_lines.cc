#include "addon/log_lines.h"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace deeplab::addon {

// What waits. Threads that log put lines in; it outlives who listens.
struct LogLines::Mail {
  std::mutex mutex;
  std::vector<LogLine> lines;
  size_t lost = 0;

  // True: nothing waited before, so nobody is on the way to take it.
  bool put(const LogLine& line) {
    const std::lock_guard lock(mutex);
    if (lines.size() == kMostLines) {
      ++lost;
      return false;
    }
    lines.push_back(line);
    return lines.size() == 1;
  }

  std::vector<LogLine> take() {
    const std::lock_guard lock(mutex);
    if (lost > 0) {
      const std::string text =
          std::to_string(lost) + " log lines were lost: they came faster than they were taken.";
      lines.push_back({LogLevel::kWarning, "deeplab-rt", text, lines.back().time});
      lost = 0;
    }
    return std::exchange(lines, {});
  }
};

LogLines::LogLines(std::shared_ptr<CompletionQueue> completions)
    : completions_(std::move(completions)) {}

void LogLines::listen(LogLevel least, Napi::Function on_lines) {
  on_lines_ = Napi::Persistent(on_lines);
  if (mail_ != nullptr) return LogHub::Instance().set_least(id_, least);
  mail_ = std::make_shared<Mail>();
  // `this` is used on the JavaScript thread only, while its environment lives: later the queue
  // drops the task.
  id_ = LogHub::Instance().add(least,
                               [this, mail = mail_, queue = completions_](const LogLine& line) {
                                 if (!mail->put(line)) return;
                                 queue->post([this, mail](Napi::Env env) { deliver(env, mail); });
                               });
}

void LogLines::stop() {
  if (mail_ == nullptr) return;
  LogHub::Instance().remove(id_);
  mail_.reset();
  on_lines_.Reset();
}

void LogLines::deliver(Napi::Env env, const std::shared_ptr<Mail>& mail) {
  const std::vector<LogLine> lines = mail->take();
  if (mail != mail_) return;  // nobody listens any more
  const Napi::HandleScope scope(env);
  Napi::Array list = Napi::Array::New(env, lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    Napi::Object line = Napi::Object::New(env);
    line.Set("level", static_cast<int>(lines[i].level));
    line.Set("source", lines[i].source);
    line.Set("text", lines[i].text);
    line.Set("time", lines[i].time);
    list.Set(static_cast<uint32_t>(i), line);
  }
  on_lines_.Call({list});
}

}  // namespace deeplab::addon
