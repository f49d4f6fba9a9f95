// The folder of an export for Azure Machine Learning: documents, the image's build context, the ONNX form.

package import Files
internal import Foundation

/// Writes an export.
package enum AzureMLFolder {
    /// Fills `folder`, which is made; its documents name files beside them.
    ///
    /// - Parameters:
    ///   - job: the training job as a cluster file makes it.
    ///   - recipe: the recipe that the job trains by.
    ///   - program: the program and the libraries that it has beside it, which the image holds.
    package static func write(
        _ deployment: AzureMLDeployment, job: String, recipe: [UInt8], program: ProgramFiles,
        to folder: String
    ) throws(FilesError) {
        for part in ["environment/program", "code", "onnx"] {
            try FileSystem.createDirectory("\(folder)/\(part)")
        }
        try FileSystem.write(job, to: folder + "/job.yml")
        try FileSystem.write(recipe, to: folder + "/code/recipe.yaml")
        for document in deployment.documents {
            try FileSystem.write(YAMLWriter.text(document.value), to: "\(folder)/\(document.name)")
        }
        for (name, text) in [
            ("environment/Dockerfile", PackageResources.Dockerfile),
            ("onnx/score.py", PackageResources.score_py),
            ("onnx/conda.yml", PackageResources.conda_yml), ("README.md", PackageResources.azureml_md),
        ] {
            try FileSystem.write(text, to: "\(folder)/\(name)")
        }
        try program.copy(to: folder + "/environment/program")
    }
}
