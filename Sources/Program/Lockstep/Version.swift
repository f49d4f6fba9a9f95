// The version of this build.

/// Written into each output folder.
public enum Version {
    /// Major, minor and patch.
    public static let current = "0.1.0"
}
