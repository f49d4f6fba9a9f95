// Files that commands write besides checkpoints.

package import Files

/// Small files in a folder that may be new, each written whole.
package enum OutputFiles {
    package static func write(_ bytes: [UInt8], directory: String, name: String) throws(FilesError) {
        try FileSystem.createDirectory(directory)
        try FileSystem.write(bytes, to: directory + "/" + name)
    }
}
