// The keys of PEFT's LoraConfig, of TRL's configurations and of axolotl's files that are no recipe keys.

extension BorrowedKey {
    private static let quantised = "weights are trained in fp32 or bf16 only; leave it out"
    private static let plainAdapters = "adapters are plain LoRA here; leave it out"

    static let peftKeys: [BorrowedKey] = [
        .same("r", "lora_r"), .same("lora_rank", "lora_r"), .same("target_modules", "lora_target_modules"),
        .idle(
            "peft_type", when: "lora", because: "lora_r asks for it", otherwise: "LoRA is the only adapter"),
        .idle("use_peft", when: "true", because: "lora_r asks for it", otherwise: "leave lora_r out instead"),
        .idle("task_type", "task says it"), .idle("lora_task_type", "task says it"),
        .idle("inference_mode", "training trains"), .idle("fan_in_fan_out", "the model's family says it"),
        .idle("bias", when: "none", because: "biases keep their values", otherwise: plainAdapters),
        .idle(
            "lora_bias", when: "none", "false", because: "biases keep their values", otherwise: plainAdapters),
        .idle(
            "init_lora_weights", when: "true", because: "adapters start so", otherwise: plainAdapters),
        .off("use_dora", plainAdapters), .off("use_qalora", plainAdapters), .off("use_bdlora", plainAdapters),
        .refused("exclude_modules", "write lora_target_modules with those that get an adapter"),
        .refused(
            "layers_to_transform", "write lora_target_modules with patterns that hold the layers' numbers"),
        .refused("layers_pattern", "write lora_target_modules with patterns that hold the layers' numbers"),
        .same("rank_pattern", "lora_rank_pattern"), .same("alpha_pattern", "lora_alpha_pattern"),
        .idle(
            "ensure_weight_tying", when: "true", because: "tied weights stay tied",
            otherwise: "tied weights stay tied; leave it out"),
        .refused("loftq_config", plainAdapters), .refused("eva_config", plainAdapters),
        .refused("corda_config", plainAdapters), .refused("layer_replication", plainAdapters),
        .refused("trainable_token_indices", plainAdapters), .refused("target_parameters", plainAdapters),
    ]

    static let trlKeys: [BorrowedKey] = [
        .same("dataset_text_field", "text_column"),
        .idle("packing", "batches carry no padding, and rows never see each other"),
        .idle("padding_free", "batches carry no padding"),
        .idle("eval_packing", "batches carry no padding"),
        .idle("pad_to_multiple_of", "batches carry no padding"),
        .idle("dataset_num_proc", "rows are tokenised by all threads of a rank"),
        .idle("dataset_kwargs", "rows are read as they are"),
        .idle(
            "assistant_only_loss", when: "true", because: "task: chat learns the assistant's turns",
            otherwise: "task: chat learns the assistant's turns alone; leave it out"),
        .idle(
            "completion_only_loss", when: "true", because: "answers are learnt, prompts are not",
            otherwise: "answers are learnt, prompts are not; join them into one text to learn both"),
        .idle("attn_implementation", "there is one"), .idle("torch_dtype", "bf16 says it"),
        .idle("dtype", "bf16 says it"), .idle("device_map", "the processor is all that is used"),
        .off("load_in_8bit", quantised), .off("load_in_4bit", quantised),
        .refused("bnb_4bit_quant_type", quantised), .refused("bnb_4bit_compute_dtype", quantised),
        .refused("chat_template_path", "put chat_template into tokenizer_config.json of the model"),
        .refused("eos_token", "the tokenizer of the model says it; leave it out"),
        .refused("pad_token", "nothing is padded; leave it out"),
        .refused("max_prompt_length", "max_seq_length bounds prompt and answer together: write that"),
    ]

    static let axolotlKeys: [BorrowedKey] = [
        .same("base_model", "model_name_or_path"), .same("sequence_len", "max_seq_length"),
        .same("cutoff_len", "max_seq_length"), .same("micro_batch_size", "per_device_train_batch_size"),
        .idle("adapter", when: "lora", because: "lora_r asks for it", otherwise: "LoRA is the only adapter"),
        .idle(
            "optimizer", when: "adamw_torch", "adamw_torch_fused", "adamw", because: "AdamW is what runs",
            otherwise: "AdamW is the only optimiser; leave optimizer out"),
        .idle(
            "lora_target_linear", when: "false", because: "lora_target_modules says it",
            otherwise: "write lora_target_modules: all-linear"),
        .refused("datasets", filesAdviceOfLists), .refused("test_datasets", filesAdviceOfLists),
        .idle("dataset_prepared_path", "rows are tokenised before the first step"),
        .idle("sample_packing", "batches carry no padding, and rows never see each other"),
        .idle("eval_sample_packing", "batches carry no padding"),
        .idle("pad_to_sequence_len", "there is no padding"),
        .idle("lora_fan_in_fan_out", "the model's family says it"),
        .idle("model_type", "config.json says it"),
        .idle("tokenizer_type", "the tokenizer's files say it"), .idle("strict", "weights have to fit"),
        .idle("gpu_memory_limit", "the processor is all that is used"),
        .idle("flash_attention", "attention is fused"), .idle("sdp_attention", "attention is fused"),
        .idle("xformers_attention", "attention is fused"),
        .idle("wandb_project", "nothing is sent"), .idle("wandb_entity", "nothing is sent"),
        .idle("wandb_watch", "nothing is sent"), .idle("wandb_name", "nothing is sent"),
        .idle("wandb_log_model", "nothing is sent"),
        .off("train_on_inputs", "answers are learnt, prompts are not; join them into one text to learn both"),
        .refused("evals_per_epoch", "write eval_strategy: epoch, or eval_strategy: steps with eval_steps"),
        .refused("saves_per_epoch", "write save_strategy: epoch, or save_strategy: steps with save_steps"),
        .refused("special_tokens", "the tokenizer of the model says them; leave it out"),
        .refused("lora_model_dir", "write it as model_name_or_path"),
    ]

    private static let filesAdviceOfLists =
        "write train_file and validation_file with a path or a list of paths"
}
