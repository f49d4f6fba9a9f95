// What the rating page answers, as JSON.

import Datasets
import JSON
import Ratings
import TestSupport

extension HTTPReply {
    var json: JSONValue {
        get throws { try JSONValue(json: body, name: "\(status): \(text.prefix(300))") }
    }
}
