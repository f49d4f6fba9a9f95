// Dropout before the output layers of heads over tokens, for families whose rates are not their classifier's.

/// A configuration with such rates.
protocol TokenHeadConfiguration: EncoderConfiguration {
    /// Dropout before the labels of tokens.
    var labelDropout: Float { get }
    /// Dropout before the scores of an answer's first and last token.
    var spanDropout: Float { get }
}

extension EncoderConfiguration {
    /// Dropout before the labels of tokens: the classifier's, unless the family has another.
    var tokenLabelDropout: Float {
        (self as? any TokenHeadConfiguration)?.labelDropout ?? classification(prefix: "").dropout
    }

    /// Dropout before the scores of an answer's first and last token: none, unless the family has one.
    var answerSpanDropout: Float { (self as? any TokenHeadConfiguration)?.spanDropout ?? 0 }
}
