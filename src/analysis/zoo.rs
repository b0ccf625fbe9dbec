//! Published architectures as stacks of layers (`stack`), each variant by name.
//!
//! Not weights. Where one name is used for different networks, the difference is said: AlexNet exists with and without
//! padding in its first layer, ResNet-50 with its stride on the first 1 x 1 (v1) or on the 3 x 3 (v1.5, torchvision). ReLU6
//! is written `relu`. What stands before global pooling or the first fully connected layer is `body`, the rest is `head`;
//! pooling that adapts to its input is written out for the input that is given.

/// One architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// Name in presets.
    pub id: &'static str,
    /// Name for people, with what tells the variant apart.
    pub name: &'static str,
    /// Picture and features: everything before global pooling or the first fully connected layer.
    pub body: &'static str,
    /// The whole network.
    pub whole: &'static str,
    /// The body over a smaller picture, 112 x 112: for a pass with all its channels on a device with little memory.
    pub small: &'static str,
}

/// An architecture whose text stands in lines that are joined by spaces: the picture, the body, and last the head.
macro_rules! architecture {
    ($(#[$doc:meta])* $constant:ident, $id:literal, $name:literal, [$first:literal $(, $line:literal)* $(,)?], $head:literal) => {
        $(#[$doc])*
        pub const $constant: Architecture = Architecture {
            id: $id,
            name: $name,
            body: concat!($first $(, " ", $line)*),
            whole: concat!($first $(, " ", $line)*, " ", $head),
            small: concat!("input112x112x3" $(, " ", $line)*),
        };
    };
}

architecture! {
    /// LeNet-5 with every map of C3 seeing every map of S2, and ReLU (LeCun et al., 1998, used sigmoids and a sparse C3).
    LENET5, "lenet5", "LeNet-5 (full C3)",
    [
        "input32x32x1",
        "conv5x6 relu maxpool2 conv5x16 relu maxpool2",
    ],
    "fc120 relu fc84 relu fc10"
}

architecture! {
    /// AlexNet in one tower, its first layer without padding (Krizhevsky, 2014; TensorFlow slim's `alexnet_v2`).
    ALEXNET_V2, "alexnet_v2", "AlexNet v2 (conv1 without padding)",
    [
        "input224x224x3",
        "conv11x64s4 relu maxpool3s2 conv5x192p2 relu maxpool3s2",
        "conv3x384p1 relu conv3x384p1 relu conv3x256p1 relu maxpool3s2",
    ],
    "fc4096 relu fc4096 relu fc1000"
}

architecture! {
    /// AlexNet in one tower as torchvision has it: its first layer has padding 2.
    ALEXNET, "alexnet", "AlexNet (torchvision)",
    [
        "input224x224x3",
        "conv11x64s4p2 relu maxpool3s2 conv5x192p2 relu maxpool3s2",
        "conv3x384p1 relu conv3x256p1 relu conv3x256p1 relu maxpool3s2",
    ],
    "fc4096 relu fc4096 relu fc1000"
}

architecture! {
    /// VGG-16, configuration D (Simonyan and Zisserman, 2014).
    VGG16, "vgg16", "VGG-16",
    [
        "input224x224x3",
        "conv3x64p1 relu conv3x64p1 relu maxpool2",
        "conv3x128p1 relu conv3x128p1 relu maxpool2",
        "conv3x256p1 relu conv3x256p1 relu conv3x256p1 relu maxpool2",
        "conv3x512p1 relu conv3x512p1 relu conv3x512p1 relu maxpool2",
        "conv3x512p1 relu conv3x512p1 relu conv3x512p1 relu maxpool2",
    ],
    "fc4096 relu fc4096 relu fc1000"
}

architecture! {
    /// ResNet-18 (He et al., 2015).
    RESNET18, "resnet18", "ResNet-18",
    [
        "input224x224x3",
        "conv7x64s2p3 bn relu maxpool3s2p1",
        "res(conv3x64p1 bn relu conv3x64p1 bn) relu",
        "res(conv3x64p1 bn relu conv3x64p1 bn) relu",
        "res(conv3x128s2p1 bn relu conv3x128p1 bn|conv1x128s2 bn) relu",
        "res(conv3x128p1 bn relu conv3x128p1 bn) relu",
        "res(conv3x256s2p1 bn relu conv3x256p1 bn|conv1x256s2 bn) relu",
        "res(conv3x256p1 bn relu conv3x256p1 bn) relu",
        "res(conv3x512s2p1 bn relu conv3x512p1 bn|conv1x512s2 bn) relu",
        "res(conv3x512p1 bn relu conv3x512p1 bn) relu",
    ],
    "avgpool7 fc1000"
}

architecture! {
    /// ResNet-50 as published (He et al., 2015): a block's stride is on its first 1 x 1.
    RESNET50_V1, "resnet50_v1", "ResNet-50 v1 (stride on the first 1 × 1)",
    [
        "input224x224x3",
        "conv7x64s2p3 bn relu maxpool3s2p1",
        "res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn|conv1x256 bn) relu",
        "res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu",
        "res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu",
        "res(conv1x128s2 bn relu conv3x128p1 bn relu conv1x512 bn|conv1x512s2 bn) relu",
        "res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu",
        "res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu",
        "res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu",
        "res(conv1x256s2 bn relu conv3x256p1 bn relu conv1x1024 bn|conv1x1024s2 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x512s2 bn relu conv3x512p1 bn relu conv1x2048 bn|conv1x2048s2 bn) relu",
        "res(conv1x512 bn relu conv3x512p1 bn relu conv1x2048 bn) relu",
        "res(conv1x512 bn relu conv3x512p1 bn relu conv1x2048 bn) relu",
    ],
    "avgpool7 fc1000"
}

architecture! {
    /// ResNet-50 as torchvision has it: a block's stride is on its 3 x 3.
    RESNET50, "resnet50", "ResNet-50 v1.5 (stride on the 3 × 3)",
    [
        "input224x224x3",
        "conv7x64s2p3 bn relu maxpool3s2p1",
        "res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn|conv1x256 bn) relu",
        "res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu",
        "res(conv1x64 bn relu conv3x64p1 bn relu conv1x256 bn) relu",
        "res(conv1x128 bn relu conv3x128s2p1 bn relu conv1x512 bn|conv1x512s2 bn) relu",
        "res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu",
        "res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu",
        "res(conv1x128 bn relu conv3x128p1 bn relu conv1x512 bn) relu",
        "res(conv1x256 bn relu conv3x256s2p1 bn relu conv1x1024 bn|conv1x1024s2 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x256 bn relu conv3x256p1 bn relu conv1x1024 bn) relu",
        "res(conv1x512 bn relu conv3x512s2p1 bn relu conv1x2048 bn|conv1x2048s2 bn) relu",
        "res(conv1x512 bn relu conv3x512p1 bn relu conv1x2048 bn) relu",
        "res(conv1x512 bn relu conv3x512p1 bn relu conv1x2048 bn) relu",
    ],
    "avgpool7 fc1000"
}

architecture! {
    /// MobileNet, width 1 (Howard et al., 2017), with symmetric padding.
    MOBILENET, "mobilenet", "MobileNet",
    [
        "input224x224x3",
        "conv3x32s2p1 bn relu",
        "conv3x32p1g32 bn relu conv1x64 bn relu",
        "conv3x64s2p1g64 bn relu conv1x128 bn relu",
        "conv3x128p1g128 bn relu conv1x128 bn relu",
        "conv3x128s2p1g128 bn relu conv1x256 bn relu",
        "conv3x256p1g256 bn relu conv1x256 bn relu",
        "conv3x256s2p1g256 bn relu conv1x512 bn relu",
        "conv3x512p1g512 bn relu conv1x512 bn relu",
        "conv3x512p1g512 bn relu conv1x512 bn relu",
        "conv3x512p1g512 bn relu conv1x512 bn relu",
        "conv3x512p1g512 bn relu conv1x512 bn relu",
        "conv3x512p1g512 bn relu conv1x512 bn relu",
        "conv3x512s2p1g512 bn relu conv1x1024 bn relu",
        "conv3x1024p1g1024 bn relu conv1x1024 bn relu",
    ],
    "avgpool7 fc1000"
}

architecture! {
    /// MobileNetV2, width 1 (Sandler et al., 2018), as torchvision has it.
    MOBILENET_V2, "mobilenet_v2", "MobileNetV2",
    [
        "input224x224x3",
        "conv3x32s2p1 bn relu",
        "conv3x32p1g32 bn relu conv1x16 bn",
        "conv1x96 bn relu conv3x96s2p1g96 bn relu conv1x24 bn",
        "res(conv1x144 bn relu conv3x144p1g144 bn relu conv1x24 bn)",
        "conv1x144 bn relu conv3x144s2p1g144 bn relu conv1x32 bn",
        "res(conv1x192 bn relu conv3x192p1g192 bn relu conv1x32 bn)",
        "res(conv1x192 bn relu conv3x192p1g192 bn relu conv1x32 bn)",
        "conv1x192 bn relu conv3x192s2p1g192 bn relu conv1x64 bn",
        "res(conv1x384 bn relu conv3x384p1g384 bn relu conv1x64 bn)",
        "res(conv1x384 bn relu conv3x384p1g384 bn relu conv1x64 bn)",
        "res(conv1x384 bn relu conv3x384p1g384 bn relu conv1x64 bn)",
        "conv1x384 bn relu conv3x384p1g384 bn relu conv1x96 bn",
        "res(conv1x576 bn relu conv3x576p1g576 bn relu conv1x96 bn)",
        "res(conv1x576 bn relu conv3x576p1g576 bn relu conv1x96 bn)",
        "conv1x576 bn relu conv3x576s2p1g576 bn relu conv1x160 bn",
        "res(conv1x960 bn relu conv3x960p1g960 bn relu conv1x160 bn)",
        "res(conv1x960 bn relu conv3x960p1g960 bn relu conv1x160 bn)",
        "conv1x960 bn relu conv3x960p1g960 bn relu conv1x320 bn",
        "conv1x1280 bn relu",
    ],
    "avgpool7 fc1000"
}

/// Every architecture.
pub const ALL: &[Architecture] =
    &[LENET5, ALEXNET_V2, ALEXNET, VGG16, RESNET18, RESNET50_V1, RESNET50, MOBILENET, MOBILENET_V2];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::receptive_field::field;
    use crate::analysis::stack::Stack;

    /// Name, parameters, and r / effective stride / padding of the body.
    const KNOWN: &[(&str, u64, [i64; 3])] = &[
        ("lenet5", 61_706, [16, 4, 0]),
        ("alexnet_v2", 50_303_912, [195, 32, 64]),
        ("alexnet", 61_100_840, [195, 32, 66]),
        ("vgg16", 138_357_544, [212, 32, 90]),
        ("resnet18", 11_689_512, [435, 32, 217]),
        ("resnet50_v1", 25_557_032, [483, 32, 241]),
        ("resnet50", 25_557_032, [427, 32, 213]),
        ("mobilenet", 4_231_976, [315, 32, 157]),
        ("mobilenet_v2", 3_504_872, [491, 32, 245]),
    ];

    #[test]
    fn architectures_have_their_published_sizes() {
        assert_eq!(ALL.len(), KNOWN.len());
        for (architecture, (id, parameters, known)) in ALL.iter().zip(KNOWN) {
            assert_eq!(architecture.id, *id);
            let whole = Stack::parse(architecture.whole).expect("the text of an architecture");
            assert_eq!(whole.parameters(), *parameters, "{id}");
            let body = Stack::parse(architecture.body).expect("the text of its body");
            for axis in field(&body).expect("a field") {
                assert_eq!([axis.size(), axis.jump, axis.padding()], *known, "{id}");
            }
        }
    }
}
