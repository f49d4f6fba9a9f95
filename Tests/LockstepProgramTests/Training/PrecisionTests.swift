// `bf16: true`: near float32, exact on resume, and said when the processor cannot.

import DataParallel
import Foundation
import Kernels
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite(.serialized) struct PrecisionTests {
    private let keys: KeyValuePairs<String, String?> = [
        "bf16": "true", "max_steps": "12", "save_strategy": "steps", "save_steps": "5",
    ]

    @Test("losses stay near those of float32, on 1 and 2 ranks, or a line says that the processor cannot")
    func losses() throws {
        let workshop = try Workshop()
        try workshop.train("exact", ["max_steps": "12"])
        let exact = try workshop.values("exact")
        let outcome = try workshop.train("rounded", keys)
        let rounded = try workshop.values("rounded")
        guard KernelLibrary.multipliesBFloat16 else {
            #expect(outcome.errors.contains("bf16: this processor cannot multiply bfloat16"))
            #expect(rounded == exact)
            return
        }
        #expect(!outcome.errors.contains("bf16:"))
        #expect(rounded != exact && largestRelativeDifference(rounded, exact) < 0.02)
        try workshop.train("two", ranks: 2, keys, flags: ["--per_device_train_batch_size", "6"])
        #expect(largestRelativeDifference(try workshop.values("two"), rounded) < 0.02)
        #expect(try workshop.text("rounded/recipe.yaml").contains("bf16: true"))
    }

    @Test("a resumed run in bfloat16 equals the uninterrupted one, bit by bit")
    func resume() throws {
        let workshop = try Workshop()
        try workshop.train("whole", keys)
        try workshop.train(
            "on", keys, flags: ["--resume_from_checkpoint", workshop.path + "/whole/checkpoint-5"])
        #expect(try workshop.records("on").elementsEqual(workshop.records("whole").suffix(7)))
        #expect(try workshop.bytes("on/model.safetensors") == workshop.bytes("whole/model.safetensors"))
    }

    @Test("adapters in bfloat16: near float32, exact on resume, and the merged model is the adapted one")
    func adapters() throws {
        let workshop = try Workshop()
        let lora: [String] = [
            "--lora_r", "4", "--lora_target_modules", "query,value,dense", "--lora_dropout", "0.1",
            "--learning_rate", "1e-2",
        ]
        try workshop.train("exact", ["max_steps": "12"], flags: lora)
        let exact = try workshop.values("exact")
        try workshop.train("rounded", keys, flags: lora)
        let rounded = try workshop.values("rounded")
        guard KernelLibrary.multipliesBFloat16 else {
            #expect(rounded == exact)
            return
        }
        #expect(rounded != exact && largestRelativeDifference(rounded, exact) < 0.02)
        try workshop.train("two", ranks: 2, keys, flags: lora + ["--per_device_train_batch_size", "6"])
        #expect(largestRelativeDifference(try workshop.values("two"), rounded) < 0.02)
        let checkpoint = workshop.path + "/rounded/checkpoint-5"
        try workshop.train("on", keys, flags: lora + ["--resume_from_checkpoint", checkpoint])
        #expect(try workshop.records("on").elementsEqual(workshop.records("rounded").suffix(7)))
        for file in ["model.safetensors", "adapter/adapter_model.safetensors"] {
            #expect(try workshop.bytes("on/" + file) == workshop.bytes("rounded/" + file), "\(file)")
        }
    }

    @Test("one rank whose processor cannot makes all ranks compute in float32, and the line counts them")
    func fallback() throws {
        var layout = ParameterLayout()
        _ = layout.add(
            "weight", rows: 2, columns: 2, hasWeightDecay: false, initialization: .zeros,
            tensors: [CheckpointTensor(name: "weight", shape: [2, 2])])
        let parameters = ParameterStore(layout: layout)
        let line = try ComputePrecision.apply(
            bf16: true, to: parameters, group: SoloProcessGroup(), isSupported: false)
        #expect(
            line
                == "bf16: this processor cannot multiply bfloat16 (no AVX512-BF16 or AMX), so the run computes in fp32"
        )
        #expect(parameters.computeType == .float32 && parameters.roundedValues == nil)
        #expect(
            try ComputePrecision.apply(
                bf16: true, to: parameters, group: SoloProcessGroup(), isSupported: true) == nil)
        #expect(parameters.computeType == .bfloat16)
    }
}
