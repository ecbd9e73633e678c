// Finding, checking and keeping TensorRT's libraries, on a stand-in that can only be opened.
#include "infer/trt_library.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <thread>

#include "core/shared_library.h"
#include "infer/trt_parser.h"
#include "ort_test_support.h"

namespace deeplab::infer {
namespace {

using testing_support::Contains;
using testing_support::ExpectError;
using testing_support::ScratchFolder;
using testing_support::WriteText;

// Sets an environment variable while it lives; the stand-in reads them at each call.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { setenv(name, value, 1); }
  ~Variable() { unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

// A copy of the stand-in under a name of its own, which the loader takes for another library.
class FakeTrt {
 public:
  explicit FakeTrt(const char* name = "libnvinfer.so.10", const char* of = DEEPLAB_FAKE_NVINFER)
      : path_((folder_.path() / name).string()) {
    std::filesystem::copy_file(of, path_);
  }
  const std::string& path() const { return path_; }
  std::filesystem::path folder() const { return folder_.path(); }

  TrtSearch find() const { return FindTrtLibrary({{kTrtLibraryName, "test", path_}}); }

  const TrtLibrary& open() const {
    const TrtSearch search = find();
    if (search.library == nullptr) throw std::runtime_error(DescribeFailure(search));
    return *search.library;
  }

  // Calls what the stand-in has for tests.
  int ask(const char* function) const {
    std::string error;
    void* const library = OpenSharedLibrary(path_, &error);
    return reinterpret_cast<int (*)()>(FindSymbol(library, function))();
  }

 private:
  ScratchFolder folder_;
  std::string path_;
};

TEST(TrtVersionNumber, IsReadInBothSpellings) {
  EXPECT_EQ(VersionText(DecodeTrtVersion(101401)), "10.14.1");
  EXPECT_EQ(VersionText(DecodeTrtVersion(100300)), "10.3.0");
  EXPECT_EQ(VersionText(DecodeTrtVersion(110000)), "11.0.0");
  EXPECT_EQ(VersionText(DecodeTrtVersion(8601)), "8.6.1");
  EXPECT_EQ(VersionText(DecodeTrtVersion(9300)), "9.3.0");
  EXPECT_EQ(VersionText(DecodeTrtVersion(10300)), "1.3.0");  // TensorRT-RTX counts anew
}

TEST(TrtVersionGate, FromTenPointThreeOnIsTaken) {
  for (const char* number : {"100300", "100600", "101401", "109901"}) {
    const Variable version("DEEPLAB_FAKE_TRT_VERSION", number);
    const FakeTrt fake;
    const TrtSearch search = fake.find();
    ASSERT_NE(search.library, nullptr) << DescribeFailure(search);
    EXPECT_EQ(search.library->version_text(),
              VersionText(DecodeTrtVersion(std::atoi(number))) + ".48");
    EXPECT_EQ(search.library->path(), fake.path());
    EXPECT_EQ(search.origin, "test");
  }
}

TEST(TrtVersionGate, OthersAreRefusedWithFoundAndNeededAndWhatToDo) {
  const struct {
    const char* number;
    const char* found;
    const char* remedy;
  } cases[] = {{"100001", "it is TensorRT 10.0.1", "update TensorRT"},
               {"100200", "it is TensorRT 10.2.0", "update TensorRT"},
               {"110000", "it is TensorRT 11.0.0", "install TensorRT 10"},
               {"9300", "it is TensorRT 9.3.0", "install TensorRT 10"},
               {"10300", "it is TensorRT 1.3.0", "install TensorRT 10"}};
  for (const auto& [number, found, remedy] : cases) {
    const Variable version("DEEPLAB_FAKE_TRT_VERSION", number);
    const FakeTrt fake;
    const TrtSearch search = fake.find();
    EXPECT_EQ(search.library, nullptr) << number;
    const std::string text = DescribeFailure(search);
    EXPECT_TRUE(Contains(text, found)) << text;
    EXPECT_TRUE(Contains(text, "expected 10.3 or a later 10.x")) << text;
    EXPECT_TRUE(Contains(text, remedy)) << text;
    EXPECT_EQ(search.unusable.size(), 1u);
  }
}

TEST(TrtVersionGate, ThatOfJetPack60IsNamedAsSuch) {
  const Variable version("DEEPLAB_FAKE_TRT_VERSION", "8601");
  const FakeTrt fake("libnvinfer.so.8");
  const std::string text = DescribeFailure(fake.find());
  EXPECT_TRUE(Contains(text, "libnvinfer.so.8: it is TensorRT 8.6.1; expected 10.3")) << text;
  EXPECT_TRUE(Contains(text, "JetPack 6.0 comes with TensorRT 8.6: update to JetPack 6.1"));
}

TEST(TrtVersionGate, WhatWasRefusedIsTriedAgain) {
  const FakeTrt fake;
  {
    const Variable version("DEEPLAB_FAKE_TRT_VERSION", "8601");
    EXPECT_EQ(fake.find().library, nullptr);
  }
  EXPECT_NE(fake.find().library, nullptr);
}

TEST(TrtSearchPlaces, TakesTheFirstUsableAndNamesTheOnesPassedOver) {
  const FakeTrt fake;
  const TrtSearch search = FindTrtLibrary({{kTrtLibraryName, "option", "/nowhere/libnvinfer.so.10"},
                                           {"onnxruntime", "another library", fake.path()},
                                           {kTrtLibraryName, "pip", fake.path()},
                                           {kTrtLibraryName, "later", "/nowhere/never-tried.so"}});
  ASSERT_NE(search.library, nullptr);
  EXPECT_EQ(search.origin, "pip");
  ASSERT_EQ(search.refused.size(), 1u);
  EXPECT_EQ(search.refused[0].first, "option");
  EXPECT_TRUE(Contains(search.refused[0].second, "No such file")) << search.refused[0].second;
  EXPECT_TRUE(search.unusable.empty());
}

TEST(TrtSearchPlaces, SaysOfEveryPlaceWhyItWasRefused) {
  const ScratchFolder scratch;
  const std::string text_file = (scratch.path() / "libnvinfer.so.10").string();
  WriteText(text_file, "this is no shared library, whatever its name says; sixty-four bytes...");
  const TrtSearch search = FindTrtLibrary({{kTrtLibraryName, "text", text_file},
                                           {kTrtLibraryName, "other", "libm.so.6"},
                                           {kTrtLibraryName, "relative", "lib/libnvinfer.so.10"},
                                           {kTrtLibraryName, "empty", ""}});
  EXPECT_EQ(search.library, nullptr);
  ASSERT_EQ(search.refused.size(), 4u);
  const char* const expected[] = {"invalid ELF header", "no getInferLibVersion", "relative path",
                                  "path is empty"};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_TRUE(Contains(search.refused[i].second, expected[i])) << search.refused[i].second;
    EXPECT_TRUE(Contains(DescribeFailure(search), search.refused[i].second));
  }
  EXPECT_TRUE(Contains(DescribeFailure(FindTrtLibrary({})), "no place to look"));
}

TEST(TrtLibraries, OneFileIsOneLibraryByWhateverNameAndThread) {
  const FakeTrt fake;
  const auto link = fake.folder() / std::filesystem::u8path("ссылка.so");
  std::filesystem::create_symlink(fake.path(), link);
  std::vector<const TrtLibrary*> found(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < found.size(); ++i) {
    threads.emplace_back([&, i] {
      const std::string path = i % 2 == 0 ? fake.path() : link.u8string();
      found[i] = FindTrtLibrary({{kTrtLibraryName, "test", path}}).library;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const TrtLibrary* library : found) EXPECT_EQ(library, found[0]);
  EXPECT_NE(found[0], nullptr);
  EXPECT_NE(&FakeTrt().open(), found[0]);  // another file
}

TEST(TrtObjects, AreAskedForByTheLibrarysOwnVersionAndDeletedByIt) {
  const FakeTrt fake;
  const TrtLibrary& library = fake.open();
  {
    const auto runtime = library.new_runtime();
    const auto builder = library.new_builder();
    EXPECT_EQ(fake.ask("fakeObjectsAlive"), 2);
    EXPECT_EQ(fake.ask("fakeVersionAsked"), 101401);
  }
  EXPECT_EQ(fake.ask("fakeObjectsAlive"), 0);
}

TEST(TrtObjects, AreTakenInSpiteOfAWarningWhichIsKept) {
  const Variable mode("DEEPLAB_FAKE_TRT_CREATE", "warning");
  const TrtLibrary& library = FakeTrt().open();
  EXPECT_NE(library.new_runtime(), nullptr);
  ASSERT_EQ(library.log().recent().size(), 1u);
  EXPECT_EQ(library.log().recent()[0].text, "another logger is used");
}

// How a factory fails, and what is told of it.
struct Failure {
  const char* mode;
  const char* told;
};
constexpr Failure kFailures[] = {
    {"null", "it returned no object and logged no error"},
    {"garbage", "it returned no object and logged no error"},
    {"error", "CUDA initialization failure with error: 35 (and 1 more)"},
    {"object-and-error", "half made"}};

TEST(TrtObjects, ThatAreNoneAreNeverTouched) {
  const FakeTrt fake;
  const TrtLibrary& library = fake.open();
  for (const auto& [mode, told] : kFailures) {
    const Variable variable("DEEPLAB_FAKE_TRT_CREATE", mode);
    const std::string runtime =
        ExpectError(ErrorCode::kBackendUnavailable, [&] { library.new_runtime(); }).what();
    EXPECT_TRUE(Contains(runtime, "could not make its runtime: " + std::string(told))) << runtime;
    EXPECT_TRUE(Contains(runtime, "TensorRT 10.14.1.48 (" + fake.path() + ")")) << runtime;
    const std::string builder =
        ExpectError(ErrorCode::kBackendUnavailable, [&] { library.new_builder(); }).what();
    EXPECT_TRUE(Contains(builder, "could not make its builder: " + std::string(told))) << builder;
  }
  EXPECT_EQ(fake.ask("fakeObjectsAlive"), 1);  // the one that came with an error
  EXPECT_NE(library.new_runtime(), nullptr);   // an earlier error is not this call's
}

TEST(TrtObjects, OfALibraryThatOnlyRunsEnginesAreNoBuilders) {
  const FakeTrt fake("libnvinfer_lean.so.10", DEEPLAB_FAKE_NVINFER_LEAN);
  const TrtLibrary& library = fake.open();
  EXPECT_FALSE(library.can_build());
  EXPECT_NE(library.new_runtime(), nullptr);
  const Error error = ExpectError(ErrorCode::kBackendUnavailable, [&] { library.new_builder(); });
  EXPECT_TRUE(Contains(error.what(), "expected the full libnvinfer")) << error.what();
}

TEST(TrtParser, IsFoundBesideTheLibrary) {
  const FakeTrt fake;
  const auto beside = fake.folder() / "libnvonnxparser.so.10";
  std::filesystem::copy_file(DEEPLAB_FAKE_NVINFER, beside);
  const TrtParserLibrary& parser = OpenTrtParser(fake.open());
  EXPECT_EQ(parser.path(), beside.string());
  EXPECT_EQ(&OpenTrtParser(fake.open()), &parser);
}

TEST(TrtParser, ThatIsAbsentOrOfAnotherInterfaceIsToldOfByPlace) {
  const FakeTrt fake;
  const Error absent =
      ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenTrtParser(fake.open()); });
  EXPECT_TRUE(Contains(absent.what(), "beside libnvinfer: " + fake.folder().string()));
  EXPECT_TRUE(Contains(absent.what(), "the system's loader: libnvonnxparser.so.10"));
  EXPECT_EQ(absent.detail().size(), 2u);

  const auto beside = fake.folder() / "libnvonnxparser.so.10";
  std::filesystem::copy_file(DEEPLAB_FAKE_NVINFER, beside);
  const Variable version("DEEPLAB_FAKE_TRT_PARSER", "200");
  const Error other =
      ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenTrtParser(fake.open()); });
  EXPECT_TRUE(Contains(other.what(), "has the number 200; expected 100")) << other.what();
}

TEST(TrtParser, ThatIsAnotherLibraryIsRefused) {
  const FakeTrt fake;
  std::filesystem::copy_file(DEEPLAB_FAKE_NVINFER_LEAN, fake.folder() / "libnvonnxparser.so.10");
  const Error error =
      ExpectError(ErrorCode::kBackendUnavailable, [&] { OpenTrtParser(fake.open()); });
  EXPECT_TRUE(Contains(error.what(), "but not TensorRT's ONNX parser")) << error.what();
}

TEST(TrtParser, SaysWhyItMakesNoParser) {
  const FakeTrt fake;
  const TrtLibrary& library = fake.open();
  std::filesystem::copy_file(DEEPLAB_FAKE_NVINFER, fake.folder() / "libnvonnxparser.so.10");
  const TrtParserLibrary& parser = OpenTrtParser(library);
  // The stand-in does not look at its network.
  auto* const network = reinterpret_cast<trt::INetworkDefinition*>(uintptr_t{0x10000});
  for (const auto& [mode, told] : kFailures) {
    const Variable variable("DEEPLAB_FAKE_TRT_CREATE", mode);
    const Error error = ExpectError(ErrorCode::kBackendUnavailable,
                                    [&] { parser.new_parser(*network, library.log()); });
    EXPECT_TRUE(Contains(error.what(), told)) << error.what();
  }
}

}  // namespace
}  // namespace deeplab::infer
