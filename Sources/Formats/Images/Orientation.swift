// Which way up a camera held the image, by its EXIF or XMP data.

/// The eight values of the EXIF tag Orientation (CIPA DC-008, section 4.6.4): where the stored first row and
/// first column belong.
enum Orientation: Int {
    case upright = 1
    case mirrored, rotated180, mirroredVertically, transposed, needsClockwise, transversed,
        needsCounterclockwise
}

extension PixelImage {
    /// The image as it was meant to be seen, as Pillow's `ImageOps.exif_transpose`.
    func upright(from orientation: Orientation) -> PixelImage {
        let (lastX, lastY) = (width - 1, height - 1)
        switch orientation {
        case .upright: return self
        case .mirrored: return flippedHorizontally()
        case .rotated180: return rearranged(width: width, height: height) { (lastX - $0, lastY - $1) }
        case .mirroredVertically: return flippedVertically()
        case .transposed: return rearranged(width: height, height: width) { ($1, $0) }
        case .needsClockwise: return rearranged(width: height, height: width) { ($1, lastY - $0) }
        case .transversed: return rearranged(width: height, height: width) { (lastX - $1, lastY - $0) }
        case .needsCounterclockwise: return rearranged(width: height, height: width) { (lastX - $1, $0) }
        }
    }
}

extension Orientation {
    /// The orientation that an image file states; upright if it states none, or nothing that makes sense.
    ///
    /// EXIF data come first, then the `tiff:Orientation` of uncompressed XMP data, as in Pillow.
    init(file bytes: [UInt8], format: ImageFormat) {
        let metadata =
            switch format {
            case .jpeg: Self.jpegMetadata(bytes)
            case .png: Self.pngMetadata(bytes)
            }
        let value = metadata.exif.flatMap(Self.exifValue) ?? metadata.xmp.flatMap(Self.xmpValue)
        self = value.flatMap(Orientation.init(rawValue:)) ?? .upright
    }

    private typealias Metadata = (exif: ArraySlice<UInt8>?, xmp: ArraySlice<UInt8>?)

    /// The APP1 segments before the image data. EXIF data are given without their header.
    private static func jpegMetadata(_ bytes: [UInt8]) -> Metadata {
        let exifHeader = Array("Exif\0\0".utf8)
        let xmpHeader = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
        var metadata: Metadata = (nil, nil)
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { break }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            let end = place + 2 + length
            guard length >= 2, end <= bytes.count else { break }
            let body = bytes[place + 4..<max(place + 4, end)]
            if marker == 0xE1, body.starts(with: exifHeader), metadata.exif == nil {
                metadata.exif = body.dropFirst(exifHeader.count)
            } else if marker == 0xE1, body.starts(with: xmpHeader), metadata.xmp == nil {
                metadata.xmp = body.dropFirst(xmpHeader.count)
            }
            place = end
        }
        return metadata
    }

    /// The chunks eXIf and iTXt "XML:com.adobe.xmp" (PNG specification, third edition, sections 11.3.3 and
    /// 11.3.4).
    private static func pngMetadata(_ bytes: [UInt8]) -> Metadata {
        let xmpHeader = Array("XML:com.adobe.xmp\0".utf8)
        var metadata: Metadata = (nil, nil)
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            let start = place + 8
            guard length <= bytes.count - start - 4 else { break }
            let body = bytes[start..<start + length]
            switch String(decoding: bytes[place + 4..<start], as: UTF8.self) {
            case "eXIf": metadata.exif = body
            case "iTXt" where body.starts(with: xmpHeader): metadata.xmp = body.dropFirst(xmpHeader.count)
            default: break
            }
            place = start + length + 4
        }
        return metadata
    }

    /// The tag 0x0112 of the first directory of a TIFF structure (TIFF 6.0, section 2).
    private static func exifValue(_ tiff: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(tiff)
        guard bytes.count >= 8 else { return nil }
        let isLittleEndian = bytes[0] == UInt8(ascii: "I")
        func number(at place: Int, bytes count: Int) -> Int? {
            guard place >= 0, place + count <= bytes.count else { return nil }
            let field = bytes[place..<place + count]
            return isLittleEndian
                ? field.reversed().reduce(0) { $0 << 8 | Int($1) } : field.reduce(0) { $0 << 8 | Int($1) }
        }
        guard bytes[0] == bytes[1], isLittleEndian || bytes[0] == UInt8(ascii: "M"),
            number(at: 2, bytes: 2) == 42, let directory = number(at: 4, bytes: 4),
            let count = number(at: directory, bytes: 2)
        else { return nil }
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard let tag = number(at: entry, bytes: 2), let type = number(at: entry + 2, bytes: 2) else {
                return nil
            }
            guard tag == 0x0112 else { continue }
            let sizes = [1: 1, 3: 2, 4: 4]
            return sizes[type].flatMap { number(at: entry + 8, bytes: $0) }
        }
        return nil
    }

    /// The digit behind `tiff:Orientation="` or `tiff:Orientation>`.
    private static func xmpValue(_ xmp: ArraySlice<UInt8>) -> Int? {
        let text = String(decoding: xmp, as: UTF8.self)
        guard let match = text.firstMatch(of: #/tiff:Orientation(?:="|>)([0-9])/#) else { return nil }
        return Int(match.output.1)
    }
}
