// The keys of Hugging Face's example scripts (run_glue, run_ner, run_qa, run_clm, run_mlm, run_summarization
// and those of images) that are no recipe keys.

extension BorrowedKey {
    private static let filesAdvice = "data sets are files here: write train_file and validation_file"

    static let scriptKeys: [BorrowedKey] = [
        .same("max_length", "max_seq_length"), .same("max_seq_len", "max_seq_length"),
        .same("block_size", "max_seq_length"), .same("model_max_length", "max_seq_length"),
        .same("model_name", "model_name_or_path"), .same("eval_file", "validation_file"),
        .same("text_column_name", "text_column"), .same("label_column_name", "label_column"),
        .same("image_column_name", "image_column"), .same("val_max_target_length", "max_target_length"),
        .same("num_epochs", "num_train_epochs"), .same("train_batch_size", "per_device_train_batch_size"),
        .same("eval_batch_size", "per_device_eval_batch_size"), .same("lr", "learning_rate"),
        .same("delimiter", "csv_delimiter"), .same("sep", "csv_delimiter"),
        .same("encoding", "csv_encoding"),
        .same("lr_scheduler", "lr_scheduler_type"), .same("max_val_samples", "max_eval_samples"),
        .same("max_test_samples", "max_predict_samples"),
        .refused("validation_split_percentage", "it is a share here: validation_split: 0.05 for 5 percent"),
        .refused("dataset_name", filesAdvice), .refused("dataset_config_name", filesAdvice),
        .refused("task_name", filesAdvice), .refused("train_dir", filesAdvice),
        .refused("validation_dir", filesAdvice),
        .refused(
            "test_file", "run lockstep predict --predict_file or lockstep evaluate --validation_file after it"
        ),
        .refused("tokenizer_name", "the tokenizer is that of model_name_or_path; leave it out"),
        .refused("image_processor_name", "the image processor is that of model_name_or_path; leave it out"),
        .refused("config_overrides", "change config.json in a copy of the folder, and write config_name"),
        .idle("model_revision", "nothing is downloaded"),
        .idle("revision", "nothing is downloaded"), .idle("token", "nothing is downloaded"),
        .idle("use_auth_token", "nothing is downloaded"),
        .off(
            "trust_remote_code",
            "no code of a model is run: only the families that lockstep knows can be trained"),
        .idle("use_fast_tokenizer", "tokenizer.json and its kin are read directly"),
        .idle("overwrite_cache", "the tokenised rows are kept in no cache"),
        .idle("preprocessing_num_workers", "rows are tokenised by all threads of a rank"),
        .idle("pad_to_max_length", "batches carry no padding"),
        .idle("low_cpu_mem_usage", "weights are read into their place"),
        .idle("ignore_mismatched_sizes", "a head of another size is told, and made anew"),
        .idle("ignore_pad_token_for_loss", "there is no padding"),
        .idle("keep_linebreaks", "line breaks are kept"),
        .idle("streaming", "rows are read as they are needed"),
        .refused("forced_bos_token", "write forced_bos_token_id into the model's generation_config.json"),
        .refused("lang", "it belongs to families that are not supported; leave it out"),
    ]
}
