// Every method of ours that TensorRT implements or calls. A test sees that none is missing.
#pragma once

// X(class of ours, their class whose table it is, method)
#define TENSORRT_ABI_METHODS(X)                                                          \
  X(HostMemoryMethods, nvinfer1::apiv::VHostMemory, data)                                \
  X(HostMemoryMethods, nvinfer1::apiv::VHostMemory, size)                                \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, getLogger)                                 \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, setMaxThreads)                             \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, getMaxThreads)                             \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, setEngineHostCodeAllowed)                  \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, getEngineHostCodeAllowed)                  \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, serialize)                               \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, createExecutionContext)                  \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getName)                                 \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getNbOptimizationProfiles)               \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getTensorShape)                          \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getTensorDataType)                       \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getTensorLocation)                       \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, isShapeInferenceIO)                      \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getTensorIOMode)                         \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getTensorFormat)                         \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getTensorFormatDesc)                     \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getProfileShape)                         \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getNbIOTensors)                          \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getIOTensorName)                         \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getHardwareCompatibilityLevel)           \
  X(EngineMethods, nvinfer1::apiv::VCudaEngine, getDeviceMemorySizeV2)                   \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, getOptimizationProfile)           \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, allInputDimensionsSpecified)      \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, setOptimizationProfileAsync)      \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, setInputShape)                    \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, getTensorShape)                   \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, setTensorAddress)                 \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, getTensorAddress)                 \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, inferShapes)                      \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, enqueueV3)                        \
  X(ContextMethods, nvinfer1::apiv::VExecutionContext, setDeviceMemoryV2)                \
  X(TensorMethods, nvinfer1::apiv::VTensor, getName)                                     \
  X(TensorMethods, nvinfer1::apiv::VTensor, setDimensions)                               \
  X(TensorMethods, nvinfer1::apiv::VTensor, getDimensions)                               \
  X(TensorMethods, nvinfer1::apiv::VTensor, setType)                                     \
  X(TensorMethods, nvinfer1::apiv::VTensor, getType)                                     \
  X(NetworkMethods, nvinfer1::apiv::VNetworkDefinition, getNbLayers)                     \
  X(NetworkMethods, nvinfer1::apiv::VNetworkDefinition, getNbInputs)                     \
  X(NetworkMethods, nvinfer1::apiv::VNetworkDefinition, getInput)                        \
  X(NetworkMethods, nvinfer1::apiv::VNetworkDefinition, getNbOutputs)                    \
  X(NetworkMethods, nvinfer1::apiv::VNetworkDefinition, getOutput)                       \
  X(ProfileMethods, nvinfer1::apiv::VOptimizationProfile, setDimensions)                 \
  X(ProfileMethods, nvinfer1::apiv::VOptimizationProfile, getDimensions)                 \
  X(ProfileMethods, nvinfer1::apiv::VOptimizationProfile, isValid)                       \
  X(TimingCacheMethods, nvinfer1::apiv::VTimingCache, serialize)                         \
  X(TimingCacheMethods, nvinfer1::apiv::VTimingCache, combine)                           \
  X(TimingCacheMethods, nvinfer1::apiv::VTimingCache, reset)                             \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, clearFlag)                     \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setFlag)                       \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, getFlag)                       \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setProfileStream)              \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, addOptimizationProfile)        \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setProfilingVerbosity)         \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, createTimingCache)             \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setTimingCache)                \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, getTimingCache)                \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setMemoryPoolLimit)            \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, getMemoryPoolLimit)            \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setBuilderOptimizationLevel)   \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, getBuilderOptimizationLevel)   \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setHardwareCompatibilityLevel) \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setMaxAuxStreams)              \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, setProgressMonitor)            \
  X(BuilderConfigMethods, nvinfer1::apiv::VBuilderConfig, getProgressMonitor)            \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, platformHasFastFp16)                       \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, platformHasFastInt8)                       \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, createBuilderConfig)                       \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, createNetworkV2)                           \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, createOptimizationProfile)                 \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, buildSerializedNetwork)                    \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, isNetworkSupported)                        \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, getLogger)                                 \
  X(BuilderMethods, nvinfer1::apiv::VBuilder, setMaxThreads)                             \
  X(IParserError, nvonnxparser::IParserError, code)                                      \
  X(IParserError, nvonnxparser::IParserError, desc)                                      \
  X(IParserError, nvonnxparser::IParserError, file)                                      \
  X(IParserError, nvonnxparser::IParserError, line)                                      \
  X(IParserError, nvonnxparser::IParserError, func)                                      \
  X(IParserError, nvonnxparser::IParserError, node)                                      \
  X(IParserError, nvonnxparser::IParserError, nodeName)                                  \
  X(IParserError, nvonnxparser::IParserError, nodeOperator)                              \
  X(IParser, nvonnxparser::IParser, parse)                                               \
  X(IParser, nvonnxparser::IParser, parseFromFile)                                       \
  X(IParser, nvonnxparser::IParser, supportsOperator)                                    \
  X(IParser, nvonnxparser::IParser, getNbErrors)                                         \
  X(IParser, nvonnxparser::IParser, getError)                                            \
  X(IParser, nvonnxparser::IParser, clearErrors)                                         \
  X(IParser, nvonnxparser::IParser, setFlags)                                            \
  X(IParser, nvonnxparser::IParser, getFlags)                                            \
  X(ILogger, nvinfer1::ILogger, log)                                                     \
  X(IVersionedInterface, nvinfer1::IVersionedInterface, getAPILanguage)                  \
  X(IVersionedInterface, nvinfer1::IVersionedInterface, getInterfaceInfo)                \
  X(IProgressMonitor, nvinfer1::IProgressMonitor, phaseStart)                            \
  X(IProgressMonitor, nvinfer1::IProgressMonitor, stepComplete)                          \
  X(IProgressMonitor, nvinfer1::IProgressMonitor, phaseFinish)                           \
  X(IProgressMonitor, nvinfer1::IProgressMonitor, getInterfaceInfo)

// X(class of ours, their class, method, parameters of ours, of theirs): of one name with another.
#define TENSORRT_ABI_OVERLOADS(X)                                                           \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, deserializeCudaEngine, (const void*, size_t), \
    (const void*, size_t))                                                                  \
  X(RuntimeMethods, nvinfer1::apiv::VRuntime, deserializeCudaEngine, (own::IStreamReader&), \
    (nvinfer1::IStreamReader&))
