// Keys of other trainers: each of transformers' TrainingArguments has an answer, and the answer is the right
// one.

import Arguments
import Configuration
import Testing

@Suite struct BorrowedKeyTests {
    /// Fields of Seq2SeqTrainingArguments of transformers 5.24, by
    /// `[f.name for f in dataclasses.fields(Seq2SeqTrainingArguments)]`.
    private static let trainingArguments = """
        output_dir per_device_train_batch_size num_train_epochs max_steps learning_rate lr_scheduler_type \
        lr_scheduler_kwargs warmup_steps optim optim_args weight_decay adam_beta1 adam_beta2 adam_epsilon \
        optim_target_modules gradient_accumulation_steps average_tokens_across_devices max_grad_norm \
        label_smoothing_factor bf16 fp16 bf16_full_eval fp16_full_eval tf32 activation_checkpointing \
        activation_checkpointing_kwargs gradient_checkpointing gradient_checkpointing_kwargs torch_compile \
        torch_compile_backend torch_compile_mode use_liger_kernel liger_kernel_config use_cache neftune_noise_alpha \
        torch_empty_cache_steps auto_find_batch_size logging_strategy logging_steps logging_first_step \
        log_on_each_node logging_nan_inf_filter include_num_input_tokens_seen log_level log_level_replica disable_tqdm \
        report_to run_name project trackio_space_id trackio_bucket_id trackio_static_space_id eval_strategy eval_steps \
        eval_delay per_device_eval_batch_size prediction_loss_only eval_on_start eval_do_concat_batches \
        eval_use_gather_object eval_accumulation_steps include_for_metrics batch_eval_metrics save_only_model \
        save_strategy save_steps save_on_each_node save_total_limit enable_jit_checkpoint push_to_hub hub_token \
        hub_private_repo hub_model_id hub_strategy hub_always_push hub_revision load_best_model_at_end \
        metric_for_best_model greater_is_better ignore_data_skip restore_callback_states_from_checkpoint \
        full_determinism seed data_seed use_cpu accelerator_config parallelism_config dataloader_drop_last \
        dataloader_num_workers dataloader_pin_memory dataloader_persistent_workers dataloader_prefetch_factor \
        dataloader_multiprocessing_context dataloader_in_order remove_unused_columns label_names \
        train_sampling_strategy length_column_name ddp_find_unused_parameters ddp_bucket_cap_mb ddp_broadcast_buffers \
        ddp_static_graph ddp_backend ddp_timeout fsdp fsdp_config deepspeed debug skip_memory_metrics do_train do_eval \
        do_predict resume_from_checkpoint local_rank sortish_sampler predict_with_generate generation_max_length \
        generation_num_beams generation_config
        """.split(separator: " ").map(String.init)

    private func read(_ yaml: String, _ flags: [(key: String, value: String)] = []) throws -> RunConfiguration
    {
        try RunConfiguration(yaml: yaml, file: "r.yaml", overrides: flags, requiredKeys: [])
    }

    private func refusal(_ yaml: String) -> String {
        do {
            _ = try read(yaml)
            return "accepted"
        } catch { return "\(error)" }
    }

    @Test(
        "every key of TrainingArguments is a key, another name of one, without effect, or refused with advice"
    )
    func complete() {
        #expect(Self.trainingArguments.count == 119)
        let borrowed = Set(BorrowedKey.all.map(\.name))
        for name in Self.trainingArguments {
            #expect(RecipeKey.named(name) != nil || borrowed.contains(name), "\(name)")
        }
    }

    @Test("no name stands twice, none is a recipe key, and other names lead to one")
    func table() {
        let names = BorrowedKey.all.map(\.name)
        for (name, group) in Dictionary(grouping: names, by: \.self) { #expect(group.count == 1, "\(name)") }
        for name in names { #expect(RecipeKey.named(name) == nil, "\(name)") }
        for name in BorrowedKey.aliases { #expect(RecipeKey.named(name) != nil, "\(name)") }
    }

    @Test("other names are read as the recipe's own, in a file and as a flag, which beats the file")
    func aliases() throws {
        let yaml = """
            evaluation_strategy: epoch
            validation_file: v.jsonl
            per_gpu_train_batch_size: 4
            max_length: 200
            r: 16
            target_modules: [query, value]

            """
        let read = try read(yaml, [("num_epochs", "7"), ("max_seq_len", "300")])
        #expect(read.training.evalStrategy == .epoch)
        #expect(read.training.perDeviceTrainBatchSize == 4)
        #expect(read.training.numTrainEpochs == 7)
        #expect(read.data.maxSeqLength == 300)
        #expect(read.training.adaptation.loraR == 16)
        #expect(read.training.adaptation.loraTargetModules == ["query", "value"])
        #expect(read.notes.isEmpty)
    }

    @Test("ranks and scales by pattern are read as PEFT's file has them, and as a flag")
    func patterns() throws {
        let read = try read(
            "r: 16\nrank_pattern:\n  q_proj: 4\n  ^model\\.layers\\.1: 2\nensure_weight_tying: true\n",
            [("alpha_pattern", "layers\\.[0-3]\\..*=32,v_proj=8.5")])
        #expect(
            read.training.adaptation.loraRankPattern == [
                .init(pattern: "q_proj", value: 4), .init(pattern: "^model\\.layers\\.1", value: 2),
            ])
        #expect(
            read.training.adaptation.loraAlphaPattern == [
                .init(pattern: "layers\\.[0-3]\\..*", value: 32), .init(pattern: "v_proj", value: 8.5),
            ])
        #expect(
            refusal("lora_r: 4\nlora_rank_pattern:\n  q_proj: 0\n").contains(
                "lora_rank_pattern must be a section of patterns with a whole number above 0 each"))
        #expect(refusal("lora_rank_pattern:\n  q_proj: 2\n").contains("but lora_r is not set"))
    }

    @Test("two names of one key in one place are a contradiction")
    func twice() {
        #expect(
            refusal("eval_strategy: epoch\nvalidation_file: v\nevaluation_strategy: steps\n")
                == "r.yaml:3: evaluation_strategy and eval_strategy are the same; keep eval_strategy.")
    }

    @Test("what holds anyway is accepted with a line, what is unset without one")
    func idle() throws {
        let read = try read(
            "fp16: false\ndataloader_num_workers: 4\nreport_to: none\ndeepspeed: null\noptim: adamw_torch\n")
        #expect(
            read.notes == [
                "fp16: false has no effect here: it is off",
                "dataloader_num_workers has no effect here: each rank reads and tokenises its rows itself, before the "
                    + "first step",
                "optim: adamw_torch has no effect here: AdamW is what runs",
            ])
    }

    @Test("what does not hold is refused with what to do, all of them at once")
    func refused() {
        #expect(
            refusal("fp16: true\nuse_dora: true\ndeepspeed: ds.json\ndata_seed: 3\nlearnin_rate: 1\n")
                .split(separator: "\n").map(String.init) == [
                    "r.yaml:1: fp16: true is not supported: training in 16 bits is bf16 here: write bf16: true.",
                    "r.yaml:2: use_dora: true is not supported: adapters are plain LoRA here; leave it out.",
                    "r.yaml:3: deepspeed is not supported: zero_stage: 1 splits the optimiser's state over the ranks: "
                        + "write that instead.",
                    "r.yaml:4: data_seed is not supported: one seed serves all that is random: write seed.",
                    "r.yaml:5: learnin_rate is not a known key. Did you mean learning_rate?",
                ])
    }

    @Test("a recipe of twenty keys as Trainer's users write them is taken at the first try")
    func trainerRecipe() throws {
        let yaml = """
            model_name_or_path: m
            train_file: t.csv
            validation_file: v.csv
            output_dir: out
            overwrite_output_dir: true
            do_train: true
            do_eval: true
            evaluation_strategy: epoch
            save_strategy: epoch
            logging_strategy: steps
            logging_steps: 50
            learning_rate: 2e-5
            per_device_train_batch_size: 16
            per_device_eval_batch_size: 32
            num_train_epochs: 3
            weight_decay: 0.01
            warmup_ratio: 0.1
            fp16: false
            optim: adamw_torch
            group_by_length: true
            dataloader_num_workers: 4
            load_best_model_at_end: true
            metric_for_best_model: f1
            save_total_limit: 2
            report_to: none
            push_to_hub: false
            seed: 42

            """
        let read = try read(yaml)
        #expect(read.training.learningRate == 2e-5)
        #expect(read.notes.count == 8)
    }
}
