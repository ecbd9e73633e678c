// Finding, checking and keeping ONNX Runtime's library.
#include "infer/ort_library.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "leak_check.h"
#include "ort_test_support.h"

namespace deeplab::infer {
namespace {

using namespace testing_support;  // NOLINT: a test's own helpers

TEST(OrtVersionText, ReadsReleasesAndDevelopmentBuilds) {
  OrtVersion version;
  ASSERT_TRUE(ParseOrtVersion("1.30.0", &version));
  EXPECT_EQ(version.major, 1);
  EXPECT_EQ(version.minor, 30);
  EXPECT_TRUE(ParseOrtVersion("1.17", &version));
  EXPECT_TRUE(ParseOrtVersion("1.19.0-dev-20240601", &version));
  EXPECT_EQ(version.minor, 19);
}

TEST(OrtVersionText, RefusesEverythingElse) {
  OrtVersion version;
  for (const char* text : {"", "one.two", "1", "1.", ".17", "v1.20.1", "1.20x", "-1.20", "1.-2"}) {
    EXPECT_FALSE(ParseOrtVersion(text, &version)) << text;
  }
}

const char* g_version_text = nullptr;
const void* g_table = nullptr;
int g_tables_asked = 0;

// An OrtApiBase of no library: says what the test wants.
OrtApiBase FakeBase(const char* version_text, const void* table) {
  g_version_text = version_text;
  g_table = table;
  g_tables_asked = 0;
  OrtApiBase base{};
  base.GetVersionString = []() -> const char* { return g_version_text; };
  base.GetApi = [](uint32_t version) -> const void* {
    EXPECT_EQ(version, 17u);
    ++g_tables_asked;
    return g_table;
  };
  return base;
}

std::string RefusalOf(const char* version_text, const void* table) {
  const OrtApiBase base = FakeBase(version_text, table);
  return ExpectError(ErrorCode::kBackendUnavailable, [&] { OrtLibrary(base, "/x"); }).what();
}

TEST(OrtLibraryVersion, OlderAndOtherMajorsAreRefusedWithoutAskingForTheirTable) {
  void* table[300] = {};
  for (const char* text : {"1.16.3", "0.99.0", "2.0.0"}) {
    EXPECT_TRUE(Contains(RefusalOf(text, table), std::string("it is version ") + text)) << text;
    EXPECT_EQ(g_tables_asked, 0) << text;  // an old library would print a complaint
  }
}

TEST(OrtLibraryVersion, AnUnreadableVersionIsRefused) {
  void* table[300] = {};
  EXPECT_TRUE(Contains(RefusalOf("nightly", table), "\"nightly\" cannot be read"));
  EXPECT_TRUE(Contains(RefusalOf(nullptr, table), "\"\" cannot be read"));
}

TEST(OrtLibraryVersion, ALibraryWithoutTheTableIsRefused) {
  EXPECT_TRUE(Contains(RefusalOf("1.30.0", nullptr), "does not offer API version 17"));
  EXPECT_EQ(g_tables_asked, 1);
}

TEST(OrtLibraryVersion, FromOnePointSeventeenOnIsTaken) {
  void* table[300] = {};
  for (const char* text : {"1.17.0", "1.20.1", "1.30.0", "1.99.0-dev"}) {
    const OrtLibrary library(FakeBase(text, table), "/x");
    EXPECT_EQ(library.version_text(), text);
    EXPECT_EQ(library.path(), "/x");
  }
}

TEST(OrtSearch, TakesTheFirstUsablePlaceAndNamesTheOnesPassedOver) {
  const OrtSearch search = FindOrtLibrary(
      {Candidate("/nowhere/libonnxruntime.so.1", "DEEPLAB_RT_ONNXRUNTIME"),
       Candidate(OrtPath(), "onnxruntime-node"), Candidate("/nowhere/never-tried.so", "later")});
  ASSERT_NE(search.library, nullptr);
  EXPECT_EQ(search.origin, "onnxruntime-node");
  EXPECT_TRUE(std::filesystem::equivalent(search.library->path(), OrtPath()));
  ASSERT_EQ(search.refused.size(), 1u);
  EXPECT_EQ(search.refused[0].first, "DEEPLAB_RT_ONNXRUNTIME");
  EXPECT_TRUE(Contains(search.refused[0].second, "No such file")) << search.refused[0].second;
}

TEST(OrtSearch, SaysOfEveryPlaceWhyItWasRefused) {
  const ScratchFolder scratch;
  const std::string text_file = (scratch.path() / "notes.so").string();
  WriteText(text_file, "this is no shared library, whatever its name says; sixty-four bytes...");
  const OrtSearch search =
      FindOrtLibrary({Candidate(text_file, "text"), Candidate("libm.so.6", "other"),
                      Candidate("lib/relative.so", "relative"), Candidate("", "empty"),
                      Candidate(std::string("/a\0b", 4), "zero"),
                      Candidate("/nowhere/a.so", "twice"), Candidate("/nowhere/b.so", "twice")});
  EXPECT_EQ(search.library, nullptr);
  ASSERT_EQ(search.refused.size(), 7u);
  const char* const expected[] = {"invalid ELF header", "no OrtGetApiBase", "relative path",
                                  "path is empty",      "zero character",   "/nowhere/a.so",
                                  "/nowhere/b.so"};
  for (size_t i = 0; i < 7; ++i) {
    EXPECT_TRUE(Contains(search.refused[i].second, expected[i])) << search.refused[i].second;
    EXPECT_TRUE(Contains(DescribeFailure(search), search.refused[i].second));
  }
  EXPECT_NE(search.refused[5].first, search.refused[6].first);
}

TEST(OrtSearch, IgnoresCandidatesForOtherLibraries) {
  const OrtSearch search = FindOrtLibrary({{"tensorrt", "test", OrtPath()}});
  EXPECT_EQ(search.library, nullptr);
  EXPECT_TRUE(Contains(DescribeFailure(search), "no place to look"));
}

TEST(OrtLibraries, TheSameFileByAnotherNameIsTheSameLibrary) {
  const ScratchFolder scratch;
  const auto link = scratch.path() / "another-name.so";
  std::filesystem::create_symlink(OrtPath(), link);
  const OrtSearch search = FindOrtLibrary({Candidate(link.string())});
  EXPECT_EQ(search.library, &LibraryUnderTest());
}

TEST(OrtLibraries, AnotherFileIsOpenedBesideItWithItsOwnEnvironment) {
  const ScratchFolder scratch;
  // A path that is not ASCII, to prove that paths travel as UTF-8.
  const auto copy = scratch.path() / std::filesystem::u8path("копия ö.so");
  std::filesystem::copy_file(OrtPath(), copy);
  const OrtSearch search = FindOrtLibrary({Candidate(copy.u8string())});
  ASSERT_NE(search.library, nullptr) << DescribeFailure(search);
  EXPECT_NE(search.library, &LibraryUnderTest());
  {
    const LeakCheckOff leak_check_off;  // see ort_test_environment.cc
    EXPECT_NE(search.library->environment(), LibraryUnderTest().environment());
  }

  OpenRequest request = RequestFor("dynamic_batch");
  request.candidates = {Candidate(copy.u8string())};
  const auto of_copy = OpenSession(request);
  const auto of_first = OpenNetwork("dynamic_batch");
  EXPECT_NE(of_copy->info().library_path, of_first->info().library_path);
  const auto of_copy_slot = of_copy->new_slot();
  const auto of_first_slot = of_first->new_slot();
  of_copy_slot->prepare(1, 4, 6);
  of_first_slot->prepare(1, 4, 6);
  EXPECT_EQ(of_copy_slot->run().size(), 1u);
  EXPECT_EQ(of_first_slot->run().size(), 1u);
}

TEST(OrtLibraries, ManyThreadsGetOneLibraryAndOneEnvironment) {
  constexpr int kThreads = 8;
  std::vector<const OrtLibrary*> libraries(kThreads);
  std::vector<OrtEnv*> environments(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      libraries[i] = &LibraryUnderTest();
      environments[i] = libraries[i]->environment();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kThreads; ++i) {
    EXPECT_EQ(libraries[i], &LibraryUnderTest());
    EXPECT_EQ(environments[i], LibraryUnderTest().environment());
  }
}

TEST(OrtLogRing, KeepsWarningsAndErrorsUpToALimitAndDropsTheRest) {
  OrtLog log;
  OrtLog::Receive(&log, 1, "", "", "file.cc:1", "an information");
  OrtLog::Receive(&log, 2, "", "", "file.cc:2", "a warning");
  OrtLog::Receive(&log, 3, "", "", "file.cc:3", "an error");
  OrtLog::Receive(&log, 2, nullptr, nullptr, nullptr, nullptr);
  ASSERT_EQ(log.recent().size(), 3u);
  EXPECT_EQ(log.recent()[0].text, "file.cc:2 a warning");
  EXPECT_EQ(log.recent()[0].severity, 2);
  EXPECT_EQ(log.last_error(), "file.cc:3 an error");
  const std::string long_text(5000, 'x');
  for (int i = 0; i < 100; ++i) OrtLog::Receive(&log, 2, "", "", "", long_text.c_str());
  EXPECT_EQ(log.recent().size(), OrtLog::kMaxLines);
  EXPECT_EQ(log.recent().back().text.size(), OrtLog::kMaxTextLength);
  EXPECT_EQ(log.last_error(), "file.cc:3 an error");
}

}  // namespace
}  // namespace deeplab::infer
