import math
import numpy as np
import torch
from torch import nn
import base64
from sklearn.datasets import load_digits

seed = 1
height, width = 32, 32
row, column = 0, 0  # the unit


# input32x32x1 conv3x8 relu conv3x8 relu maxpool2 conv3x16 relu conv3x16 relu maxpool2 conv3x16 relu conv3x10
def network(thin=False, bias=False):
    """The stack; `thin` with one channel a layer, no relu and the mean for the largest: its field is the same."""

    def conv(inputs, outputs, kernel, groups=1, **slide):
        if thin:
            inputs = outputs = groups = 1
        return nn.Conv2d(inputs, outputs, kernel, groups=groups, bias=bias, **slide)

    relu = nn.Identity if thin else nn.ReLU
    maxpool = nn.AvgPool2d if thin else nn.MaxPool2d
    return nn.Sequential(
        conv(1, 8, 3),
        relu(),
        conv(8, 8, 3),
        relu(),
        maxpool(2, stride=2),
        conv(8, 16, 3),
        relu(),
        conv(16, 16, 3),
        relu(),
        maxpool(2, stride=2),
        conv(16, 16, 3),
        relu(),
        conv(16, 10, 3),
    )


def gradient(model, x, row, column):
    """|d unit / d pixel|, summed over the picture's channels, from the unit's largest channel; and which that is."""
    x = x.detach().clone().requires_grad_()
    y = model(x)[0, :, row, column]
    channel = len(y) - 1 - y.flip(0).argmax().item()  # the last of equal ones
    y[channel].backward()
    return x.grad[0].double().abs().sum(0), channel


# With positive weights nothing cancels: a pixel has a gradient exactly where the unit looks.
thin = network(thin=True).double()
with torch.no_grad():
    for p in thin.parameters():
        p.fill_(p[0].numel() ** -0.5)
g, _ = gradient(thin, torch.ones(1, 1, height, width, dtype=torch.float64), row, column)
rows, cols = g.nonzero(as_tuple=True)
print("unit_row", row, "unit_col", column)
print("top", rows.min().item(), "bottom", rows.max().item(), "r", (rows.max() - rows.min() + 1).item(), "left", cols.min().item(), "right", cols.max().item())


def pcg(seed, stream, count):
    """The generator of the figure, PCG-XSH-RR 64/32: `count` signed numbers of 32 bits."""
    step = 2 * stream + 1
    times = 6364136223846793005
    state = np.array([((seed + step) * times + step) % 2**64], np.uint64)
    while len(state) < count:
        state = np.concatenate([state, state * np.uint64(times) + np.uint64(step)])
        times, step = times * times % 2**64, (times + 1) * step % 2**64
    state = state[:count]
    word = ((state >> np.uint64(18) ^ state) >> np.uint64(27)).astype(np.uint32)
    turn = (state >> np.uint64(59)).astype(np.uint32)
    return (word >> turn | word << (-turn & np.uint32(31))).view(np.int32)


def random_network(nth):
    """He's uniform weights, as the figure draws them for pass `nth`."""
    model = network()
    draws = pcg(seed, 1000 + nth, sum(p.numel() for p in model.parameters()))
    with torch.no_grad():
        for p in model.parameters():
            drawn, draws = draws[: p.numel()], draws[p.numel() :]
            p.copy_(torch.from_numpy(drawn * (math.sqrt(6 / p[0].numel()) / 2**31)).view_as(p))
    return model


def tensor(rgb):
    red, green, blue = rgb.astype(np.float32).transpose(2, 0, 1)
    planes = (0.299 * red + 0.587 * green + 0.114 * blue)[None]
    return torch.from_numpy((planes / 255 - 0.45) / 0.25)[None]

pictures = [1643]  # of the data set, one a pass
digits = load_digits()


def enlarged(picture):
    grey = np.kron(digits.images[picture].clip(max=15) * 17, np.ones((4, 4)))
    return np.stack([grey, grey, grey], 2)

# What it has learned: of each layer the scale (f32), the weights (8 bits each), the biases (f32).
raw = base64.b64decode("""
VFNXMQZN3jtYSwcXT9oigY4dvk0Y91XGW2gunTWq193eRhakDpaPRjd2DSwllCSZICgmUe3X055RJbu/jPspjQt73PlA3RHn9j9t
NSiet89Z+vg8VA+qPPNfer0vTtk8Rs47PSgc37wV0SY+a+e3Pbb6ajtKEzBJHgohxfjmNuzJ5v7OveXNCho83VUCAMLewAvCm7O+
4YHjBeOnLqnx1ckzTb/qSjXGTCLMthM4HCy7DbzV6AS7ACsW47G1CQmiAOg16DAxU0q7MMZJD1LA6ya38L45OgQv46nQpKW7Gimy
6xILKCcTFzUe1J/bSvwr+0DQKkD0zgiiM78bJ06iLrQuXvbvEbgNRcO1EM4J8swL+UEGFtA0+zHfJ8xPrxUvStvzMa3KXfMPORT/
OSk50c/wJiE60va/8fXlCk8B5wi59A7PQcAltcHRJyuk4cntzPkaU//4EgQgvhYR7bEYIVP1yNAVFMH1RxX36ulTDL0EIO+/MLk3
NzgU3ccRQtLYvBoAD7v8RQpsPE23IkQ66eifE/IL9bUPPhHSMe06Pr+yKAzuGT4gJtFI2fHR1kzgCLc83A3p6Kbm+B/m0ginzd+3
vdUq6gHj5sbe6/GawTI3thU7J77CDhLQ5BMeHAP7P1j91lfrCls/TPD3ATvAGr4BBi+z5qi6DN4y9LclEqjbt/9a1eMDFMsavuG4
KjL46NTfwApB9AhIyyEn973tNtXVNvQd6FTcJQZcSwQzsxjU/QyuGBHfNiQb3gq+4vMSLhkmF/cKHg0pqyQSxAKsPcraytgtzsG8
P/YBCPcoDC427TU2VGAgLjL6ttrI3fjX0AzqNaJBD8IqJ1BHvlgkxdzzKbAbxFDpEDTcH/xX8U9GxTYD4MhTIfEtwRBEvNKywwNC
IS7KR9YVXgL58honsRUqvvcmSiK8pFbhPG8VVj2FGbM9F0kfvf3PlD0XPm49UOgJPTBZTjsQr0koNmUc2k4gVyEjHgkn0KMaDIQh
iOuzxsPe7P/kEUJTssowGd8D7dMG5xouLmIk7OlC/skH+RE370HePOOv/MIc8T2rotfd+e+ouUAgKjIhPF38KNrqTAjPQk0W8Uw8
MPzQ1wVa1Vl0FHDOLj4C7OjcLDNOqTM81qjesx4bRELZVxHqxrSsy/Y20bBSOds1+19Bsc7GyUbx3QDc1wiwsAitB9Gu7hTLRA/P
oL4Iu2hWxuwfxmG2obzzJQdN4ztAvykPluyza2Xk6/TxoQfqzDolGayjQiC4iuSctLTCBMY8TUCcN9bI4uD5QylzSifpDL5irBzN
cxRqW+8kxCTm8F3/1crY883lQEDFTQcPnQETFTXYYRbSsepO9ztP3OPOF/BmLagB+5BKUva0qx6wNWjR4eDjvco61c/jJCtBGgSj
NsUc77EqxlBd5hsL1wTfSVvFF7PIVdLXOFXnoD36RkzrFVHuCTgsTN9IzL/qFY+j6zYExu1ZUtvaGvbH/0DCyFI52Np5IdwbaE3R
589GBzbZDf0GMvCroJy6HxIYBzxSQWQxOq/qJsYTST5YxV364SEuLxxJQexVDr2rUyhG6OEwNyPCjcisHTMKHa+2Vc770/PD1roK
EvsH0xXlFTCn9zKGpKutSDrG88Oai5/g+PEawvWhQzzf/FnZxTAeEyW8+f5RSQsVIEA8y1AeokYJnNZqPVAXNeAw0N5aM8XCRzsh
o+ZU1tsp/tc5NUAsr+/wN6BWtUVfAZ8LMCveqwtERL32JtwaAlb/JjG6ruzp8iOiIS3/pBgLudJP3jZMPeCqnQ3TrEmfyPIRsEA4
QvVZprWl/Q0LqedTDulJEapJ3aSVEtEyEtM8/dbUCiDaqr24ySAH4qcU/vAfpQwdDQL2sVACyUrhOOUHAUbl9Tq+nDpFAEdP3M9i
ua7jvhrutm5Rvvc1MmMp8Pn6G0xavPbBMzehG9k6PMkW59xdAFYV8/eV5TW3mq6myJ7ozwc2+7HGC9caPBcPshrrvz9aSOI3utbT
07oNFxmtFMyzPcStFx3Rwpz6tcrt3AW4EoElNZoeDQ34UwbxVAZP5Rfr/Lm9BDm/98rViJ3yDAwgyytI69rh2chBSt7vyrDE+krC
4c70/9nZ8QcSUEMAvL84O/sN56LJ2bhFrRD5Wm4LIcH0DBALZVUzy//R8B414ibtGa7hLMmv0wzALxQAqP+KDgRASvqfMkG3vtri
DerE/pi1DlHLKQbfNPd5ZvHvLdsYC5Grtw3L5xQJ3Dr80SQP1HLN4WY0QBpCNRm8uCOXTq8d1iifU0efMNLdBbbZMf3GPNAAtNMc
NfLSJ/USUcZdTh1jPNAG8ePeuCQ6A8LASDxlqj0Z/PtK2akQ6OzfCx5+FAG6J+RD5O4pEroMOb321xQgB/8TlfK8otgmH/AGsmDD
iMH5Td7M/FfBMNI3wgtU6e5Nxr4E16z3tEkATelcOmA6R7iP1AgRSQRLRskR783nSdLtSVZRGCeTvpu8KzK+CQygJ+090dqq6TtR
M/XYm/hdGV88XyPWO+vitbsJKqG86bHIPCSz1DwtTiO817OzvHs507yUW1A9+IxjO9y6ijoIHHE8KJq2PLO9KD2A5AY93e1RO+nw
5vQpAAZNONIUMwbQzwMd5B7D2fomGTsmAUocIPn1v0ceHjfaydfBtvvGxh77y84Z5gPiNwGp5RUe0xagEcPu6iohIdsVL/j05hz9
C+A8D8Pt1C0NxgfD2fTP6q0HJzomPQEHACvVnwC5Hkbqvf/JDkDYHvvY7h/e5bUFxA4kxucaKgMUG84M89sGMAsXvSMrFSgJMRjW
99P+MvC+2M44A8iePBbEyfS86gsAzhE84co+U/DZD/0TAus4A9HhCjcfMSziwyAjATX82vIGBy8YvNXVGNgbudgXFv/7Ffcoyc5T
7+IPxgMtzxQIOR0WSLq/7gnUxzjUHOP5Bi7oOcHX39ob9drmwrcwKz/uAzEcSCIE+fbx8Doq5koi/uvo88Pa9NbBJfwKDC3XNzYb
yBkk3Pq5FEkAROUm8+kqCAvQU19JAhQR9//N6hDxBzQRyBfx9/1F7DEyIEUK47/u1wsk+sMp5dT79s31sN8AqwzNsOi5AcKu49PD
6S3hEf7jP/ndzcxSRxXP0xjc8NfpLP/v2+Ap8MoEHzgv0tMtBCfhSwU8FDUZBuyJFBfq65zPwjn0CBYOWy8gDfxPFs8KS0wEL0az
Fx0G81fMBcXWxrcaG/XO5j7nJdIStwMP6Mn6sQDg8zEGMwFb31veK0DwO8ELyeHH9Lu+tfbmHPDR1e0kA9XOBvQaAAzo6ibqGTwz
L+LG2RQd1xUYCL8m/fveSvHIyvAhHb2i+DHVtRowFSAW7EbNKgAeN0RKKOsBTMD61hHV8wMmFO/awzkt2PsTLbwD+0vc1NbTPdbr
+Bjl+BdN9cMEMTdCLD/jNhEBPg7dygcT9BXGOBUs1eTMwjAevf8SIecG2b8uLv/TJMYO8CEgKRAwt9IB6P8A698k3/7n7w3P0hxH
Uhoi/wIc/XoYMy7m1vwlSAuV9rLku9kP9vrSBE7KJeK45MoG3N2zH9vVySjy6x65Igr0xNXZ5MId7MU4DPwBGRbq8BfsytwPye45
87AqBL/56vnUS/0q3ygn2in62kYGBBnj5NgC3yrP3Czlorwiu7S6AjkT48G9F9nG5uAl1scK9dHX9M4lFgfi1Owm+9cjI9oAFyXS
DRYiE7sEGjImLzUxPtg01zkOzWBF0icS/NPg8RQH8OrcNNn5Mrsj+9g85xr9xCIew9nFNMgK/xrd2xzC4+LU9kyz+BsssFwfFyEG
8w239uvlACwDCTXn/s3c8+gg9sfFCrvPJR8UARUL6BUQIM0y0OnDFvjrEvO+KioOJCr37CLQBNQk9grbJuYjRAzj0dMnBC43DOb9
7uvWGhsMG/3P8svkxbzdFirh//nUP9vcqd3uHx/aI91IxysoHtztKd8d1gD7uR8c5C/v6vPiNQMR1QS14U4ZMuToz9vclrengbf3
rjLyz9MUs/Lg3dEgM9XDMsviGxEuKR8QLQnKvOXz/Ow98mJNF+rVBbgNtRHvQcnj1Drr7QUD2fbu5/O2GhQZ8Rfg1hgCwePi/jbb
/sns6frmPfIF5rsEAvXpIQEp30cxDD8zHeTrBCNG5SkUARY6KRnPDfgqANkzKEkE3u7WByXs5P79FurU9ikX6hXbtCb4+PfOALP4
yQkBtMXZ5A4nMR73/+wWO90e0um8+OcdQjQjAi0WEtIG1c3DxwjUx1LvRCsnGycd3DUSL77/vb/qtK0RDuYEuQ3L49T79QUKmKwT
0cfqU9b81/UWrDXNx/3X+NQd4csK2DQRM9cPuTLj1UH66xYvxLrU7+HgPfAF2kUxDOcQEKzZ4iwVSwfmQSDYDDIc9QvOGug4KeoC
zjAs2/QnxdAT5O7d1Tn/Ds3XKhXPDyglIg4o3TDlNdwbDQ2wBzz2RCzdCuTmIxrn2jTBMd0J9cmk/BzSJsjLveENGMjy3qwCqhi6
4+oCMw8t4PTm/xayuDMvLNT/OQe8Htjx3sC87eDm28qpxCHrBgEzLsDYyfMT9vXj8iX4Bqj0BAS4DBTlE/+61tnhH/0qGhQYAhzh
9jYm5PzlFqy6vAUYGCvv/7r1Mf24Al8X+vgcGBfYDN8SESjHIN7V4Rr5EfH997DxAwz6zDD2IePh7/Lr8jjhyLsT67koHRoT9jct
0OolHRsoHSnaLEDy/ij8yd4uSBrTzOwB3P8kRyPUVPzxKgHeEOIB7wLX8+8oNzHOI8Px8sPbOeg0Hg86IgXX/f/guMwd6CMBx9v6
2iHHvu7z//YUBvD/3erYO+3b/fTj2i4P3f3P1lLuuEDDxBMhGML0FsjWxAj+1t7a6Ts2Di7U0ObYC8rX/hEiMgMHVPNJsPLvA+zX
v9bd19fCwzLT9DES4BLi1M8X1QAMGfXJAycfJeTx+fkrD+vd+izgCxDT1cQzFd0L+/0GIgI6CAoWEvT7+SMB/OIIwDU0/A00HAzW
8BswwgjMGgzc/u5Q8fAS5dsw5zEJMuoTN+Uy+tP0L0ghFvUT3e/kOwb/MFVRIOwyO/w5wzrTFfXBMuMKHtLeM/An6h37HBs4C9Qe
yrmzDAsxJBQ37yIwVzgJ7RQlbisYEjC88THQzABCI8oAx7oDvhr96wANwRj9AjFSVv3BIffF7NobxA76x/ba+gfkKwMf9wfKwBgl
INLt9zVK8CI3J+hC6CDZ3hYpATreLRYRvu/fCPsD9cbP4tUHswULAeYnEAj8PMal5df7IwZc1gFUH00PVg3n7CTZ3BHJCtgz8wD9
JNsJv7wBHff98NILzNYuNsge+PoAGxfMKhDZvsvY3AS6x+zUAPjxxMIgLAwEDswpHwfLysrWJvfkKczZ2uz0AuMA/iTjDDnfGgXO
0CsoHd7l6y/5Fxbb1yL78fLS4bzuwtzgFfY7OC3w1PzpzNfpF+vFFwg5AB/FyhElvTP/JDjIIT0QRN/SziUjBwsh1tHmEPTktMzP
2RfMJNbdCjPv2yk4JLvkKskbHQEjuMbDDPkqxPYOJyUlxukO2w7zuTfJ2hMlC+rd1/jAHsvd/sLA5bsB8CTj6MC1x/4c/DTn3+n0
MvgI9vI9AQyyEwbXDdraM//UA/3FGMjABe4Y1u7/Kfq90irx6QooMwDeCwcRIuXn88o6zriUfbxXxtO8LtD9O8A7jD2APus8DsPH
vPVgS71HmG08LIf/vK8ZI7uS/kq8QpyZvKoJrLzuBes8c/kuvVmhM72k3VY7NzgCFMit6ewPz+Em97T3DusvHgbm9ObkRyk2m62p
Bv/aGxXcFNAHH9QUGiIDLeQV4vnp/dDRJuAUH8MW5xQw+U78PB/JHzi5FB8I5QDt+igcAT9OA9MYCVU3DDwi/TUn/9kNEu3lzAC5
JNwCAPQpD+JHHxwY5TJDUPsz5+YgBNXOBgvp+wbJ0wrO7+seAAz29CwgIyLWEfYDMtAnvuTyHwLVK9fPusHr49YH6tUj6ggB/OMS
Lr6x6CkP2i7X2QPb6cb++QUd4wMH990bFyYLoxQ0NToE7zsqzCe/POERxik8BejU9DMg4UAGBOMD7/j/9dsN/dL0xA0d7scDN9k3
9f7f4LXnN9MR2xjnrfm8A+fy+efTvzDKGCMu0enq4MgvAub6Vi5KGdnY9Na9G+EMGC0OGio/ETYY5RP5tQ8urhEdp+W23yQyJMTn
MtT6DNcZBwgfGez5ETUeFdnUAe4xGwKzDeS1EjDJySn7CjT1vR4FuSwF4086Iiv1IsIE79zlyNXnJ+MjMeIUvyUbAe0dIevSx/4z
7CEDvRAE5jEJLxD+O/7oBcQLB93v6tQb7OTiARgJLOcGQjPEwDDD/ifHvRbw8Bbs0O7VuLcr4+8qAVJECiUKIBb5QDLKDO3EQuYG
DxOwFugO9/I64/fLudrmAPXPLRYMBTM5L0Yn72biGEXr9vP83g4LBbEB9BgJ2CAAzs35+C5D6ynWGu0nQBgyFAzg96wZzhX/FhnH
qNC68yc2J/TELAAkJxMiCT/r4dv74s/e+DEv4w72LwQu5/Po+QPy1QLlF+uoNdeBRU48KCsj1fFs17bO3K4L2folIPI40NwHNrUf
8z4K0hjj9Rb8IPjOEOXbHmxVW/oR/BAHzAnk0gAT6Cbn2zEhFEfo/+QZLfZA8xlb+twIxOUsGtse0Pby6ajSFS4T4+/GM73G90Ha
1TEqBCQ559PuMdTD0SDu9vYq3CQWRxHWMRca9BTG1+cZ9O40E9kN7O/EvfMXryzm9OEZ3fgmyTn1Nw4Y20JG8B4B2hW8tfTm6eJM
J9QJH8YAEjYW/PQOvvNADyXuB//tBPDN3tsk1DMt9+4eI8kJMw/hPyPfCuXW+AQfMTcf+ubp2CEoEjUe+bvrxrsn2kHCJwodvhEJ
6QLT4v/99hg21RINAfwJMz5J9fkG3dPJNAIPJxu3z/AYVSQ9OhdE/RPxAA0l7w/y7y3G5eL+wtEQ0cAkPxb+ugTo5NApHSAipCMj
9/zh1eEtAe8qz0Lf8h5GCxAC+xLaA7rUF/LzxysI2xYk0zcy7DsvJkEb50lHDPgrGxICEDRVyzbk5uDR/OHhNczu0A4lJi7/2Nvy
xDEnuuI+/hcE1vUk0REbKfwJ0OIGE//c9Af+IPQHED0ra/Q4KcvRGNro2wMnx9zN0hUc06bmFs0CJNs+BdTeBBXyMehP9/Tns/IE
5O4lBcgmLusYwjAMPgYMBi3o/wMgPOwWIdM25QopCyECE//6zAsf/+If7xQ3FNfUNM4AFxLq0tgUJTr7Ag3lzfcsDvjP7jDiV0RH
9eMr9NHaBDcI9xP049YOYUkKCCsQMAcN9pv7wNM6+dYuzdojOAjuMQwjOD0S/VIvLwErNiEn49QVIrb0HEMvNAZHQToqNP+fISoU
DfBKOb/I5hL1KfLg8c9CItcV3g9K8PDX/wXB9RHo4s3m1w/oHi8a8e0r+/Eq5Ro/yCjp3s0vNRW/J+0iNcjE0REx3/j98wru6PPS
FQ0C7CPM0MYp6vEgD+I6PiIBs/k3vdnW5fnhHODgLhzFQxEK9PgO3+TTCv22Pv7pKdP4+skwJRgxvN480dcE9xNF3CUktpis7Bf7
w+wbRSH6vd1B5P/nOefszx3jAAPVOdHHHQPG0ePatSbUQUUl/hriNw3MyhDx5h4f3wXw9RHy9vPyz9Aq3AUtFwoTI/Eh3BHxzfMX
8sswFP8IMBLn/Oge6Afp19nIxB4BzvDd/c7Rzcv3yBfTGyn7FMokMvgP7cnZ4eEz1x7Z8xTouSHH4vsg9uUo0CfzEAs3H+oL/B4E
Ly8FIv4v2hHhBRDgAgoI1y70+ta+Gji+5+vuyiX5Avzxx8cVHzwJAtnw3AQ01fvVLwguMgYH2Rr/092zvx7fLSjqANvuMevAHxGm
2eK/5djLJ280Tj9AIQ/zASa51dXJvj4+/hXhERuq09QELOMI/AEv4CXp++tKCxsGwhXfJUtJ4AYwBAidGeMk29C38t/FKbw8BBdM
QMHv+bzpUckD1doEAtXJGRsUNtUCNjRAGyguBvgMzwHn8M49QTEE8Own2/PG8PL1ybHD9NIMPRgC1v7sH+BAHwo7JAgo7TMPP1sq
/uL490viWhQsVChmIy3+stL21pLzCAPVDCgNJ/nF0vgSFvn6yNnYKtpPFTEC/xT1BxUK+gYuOA3x+dIhzBHl+/Xj5ggW+VA6Gsw7
ybnt9PAQIuXp8fHI/NgFCTAWHQwr9i0V3/Ib4fMcBQPxEDnVEwsz2hbxML78DfMH/tvIJtEF/f0YJv31qtjGxc7xMMsx/C0wyAgo
3sfIH67BN/zmEPEt4BAFFNbX1Q9VLgS75iDizgPY+tyo6UPwTxGgDicazjUQw+flyuvl+ufVJPk04jHgIC7bxOADKCjwLfTTsuc9
ExE+CxM1zu9K4QL19Sr+Hjg0DerDyP/+8Crl1OrFDNbtEOElFynA7hLovrPN3dAL9Rj85e37IDPvHPj8r/znBCDhut3kyAvGFygc
MCUuBBU3GTPjBRAlDcf8N/n0FQcaMeDhQh/b8xgD5uQsGuzMEBIPFrvjryTKNBknDRoJLNsK09nl9SfCJhbkKh3CDcawNSm3GAHY
LSopEuj0/RHh4PI0J/rI28AMMPH+3sjh+Ak4Hgwwqw4/qxolxybuMuX40uDnFu0K6x7iyC4AHdIODFIgLTIyWCs+1+0n1ADv383v
rNEQsP7escjhQtcjN9sUBdj8070IyPEJ4eq+/fqfAQryWBLNRNXxDkQDD+a8Kw0fNPJJ7ALU3Db82VEuIfZC4U5NRQwr3yM4+Cz1
Mxf/NAX04PIV2iAuOiYKCAvZzxU+yjMorrQ0vT/xxLx+OCi9nXmlOvE3hT1T1zq8erAxvW6Ae7uRyMk6re41PRApkLwPaOY8IF5H
PdHyPTwvVCc9T+2XPTfrbjsFDdJB1L0VCuEg4RoAC/3F4Q/9IgQe+OoFHwxMQyD/QNnL8dQxFdci1wDPIuPt3NQsxsP7/hvN1TPg
3znG6TcF/CII1sG/1gL2xQ4XKB0SQM+jut7cr6bc64nu2Oj+9NneHfQY9AwB0Orov+kdJxPs+NHsAgtI9dJaJA8RVycO1kvTBfUJ
4RaT+EDP2MvC8vYME/rE2sXS6vjnPdc9DDDUAAffttwvzf/c7RQPDAY9BiQU9+o4gf792LMnCR0SHK4J7OkFGPzr2LgI+b0I1Kfk
wO4d0d8g/goO9vEVBPvsBhwXJRoaTUz4Lt0DDwjtGA3i2vwE/vnw5t4A+RHaEcTmBy3S/rsGQBnwDywDETcp+RU0NR3YPwAe3gL+
5CY7+sXPzAHI7gfZKAvrE0YNFuEG69bRwQH9JuvVEDRF7BTg4ufnt4L/6Pzr++GJ+duwzp7xxsPkRPr4JegsJAgF9dgeuAYV5C/6
AODrE+vrGDknWkzs9g/NysXV4r/u8tYp4AgzMeUhEqIJuCPT8jAY/fEQIzvn0inj3/rr1AYC5f7Z7OXMKeM99yD7+dLhycTe/d+1
4xyq7gP0DUP4IgnqEdjM4w0O1Oi8z+nbKPryuB/W++uE5ANV5wdL0xgd5fem/fXWKCS02uzYBhABNBcE4hsfxvnbwu39NynzMyIw
Jujf99if6//WHU/cLUQtzvjg2fwp6QwmK+Ucyi307Pj9J+j4FvwnDwGnwgviEsTX9xHr9g6/F+cIDeowEJv28t4jH+QNKGcl9R0K
Df3CyBT61RnwL//r+R0KJ/Hj9vj8wdT7yxzz+TXByAvD7C/Rm9MHAjEX6gXf5h8NDx/e3wn7EAfoHObVu/QpKfE2Jhc86/bUICEP
7e/l3cP0yPv5IQbm+ygfFgreE8DLF+bdDACWoNnm/uXdIPPQIu+149jp4qTb3vRB6N9CJ+WZ19z1NMz9BNDcBcD6AP4RIBPl6c/V
BPnYJifpEgH2CtnH7PghES8g/db95emzCljRAR3kBun73h4j4djx4/kTFykiKN0FBg8WETkrFv719t4I0brgHLHO5dX+9gngDSu5
ESwIKSDk99nrBRTSFGPWMQD03OpE8uFPH+8y8Qnp+xz7J+n16hAuGrMP9vHN0OEZ7Qzn2O3XF+LZDwYCHRPRDBwYAur89AEb77Pi
3Ovx5ds7PQEuIwMECAwTANHImL8F6bQo+bM33i0ACegzA/Ie5izsEPHq/+f6FiIoLDLI4Ov4KPQN/tgbzPXBJDoIBB0uFBke7Rcc
zu/dCQcFOhHEFfHd7iqzvsLOxfi8yhshCRslJzwaLBH3184g4uMxCyIKBRvEUBGl3AfY0Rb9KQ7p7AkH+NgdTefh9eT0/fsGGfru
7xgG077uGO0kC0Tlwqv26tP68Rna6vkp+vr6GxYEORQsGTBKAeXz9Ry9z9LL8tkHKvHu9usCGhWplMejssSmvqLT5CMOAc0xKdE6
JLoz8STlBQAFOgTHGfsT5E/e983q3vjMxBfpCwsVGwwXt7835gHZ097jpbI5CvYp/h/sHuO1HQT98gDC4NfuAxv4IsInCegJ3yHT
zuEU5Jb09Nmx4Qzi5zUG7wP/5Ugo8P0jEx8OHdXLCdi4ANDIFyiG9y32CBvf4Sv0Dg0a2tEQSxwiAUT259UE6uvXE+oQwgm/6iG/
zS0kHOcmFRHw7vsSA73D0snmx9on5xXa5wQeLe363u7M5/Kv0tY3CP404uEy6PHO3vzgAvftGePY8xjK6N67xxO/GP0iHDH+FOD9
EIHC6JfI8yDd+OjlNhnU0/TXDeYr/bLVCwQG8LoUDusDOAQUC8QC/enW5QrxBgDnIvrGsvn49wgWEMkkCxLtv4wX4PzbAyIaDfce
HN4xJBIAEsvH2cPe9cUg9Coj/Pjbw/8DHw8lK972CvpEHnA9z3UNPRiYJDlAAnk8hMoTvPYlyLw9awi9qgsFvF/cWDyB/oe8
""")[4:]


def take(count, kind):
    global raw
    size = count * np.dtype(kind).itemsize
    part, raw = np.frombuffer(raw[:size], kind), raw[size:]
    return torch.tensor(part.astype(np.float32))


trained = network(bias=True)
with torch.no_grad():
    for layer in trained:
        if isinstance(layer, nn.Conv2d):
            scale = take(1, "<f4")
            layer.weight.copy_((take(layer.weight.numel(), "i1") * scale).view_as(layer.weight))
            layer.bias.copy_(take(layer.bias.numel(), "<f4"))


class Average:
    """Where the passes look, on average: each pixel's share of |gradient|. One without any gradient does not count."""

    def __init__(self):
        self.sum, self.count = torch.zeros(height, width, dtype=torch.float64), 0

    def add(self, g, place=np.s_[...]):
        if 0 < g.sum() < math.inf:
            self.sum[place] += g / g.sum()
            self.count += 1


def report(step, name, average):
    if not name:
        print(f"{step}passes", average.count)
    if average.count:
        share = average.sum / average.count
        for axis, sums in [("y", share.sum(1)), ("x", share.sum(0))]:
            at = torch.arange(len(sums))
            mean = (sums * at).sum()
            print(f"{step}{name}variance_{axis}", (sums * (at - mean) ** 2).sum().item())
        print(f"{step}{name}middle", 100 * share[8:24, 8:24].sum().item())


# The figure has made no pass yet. What it shows after the first:
average, untrained = Average(), Average()
for nth, picture in enumerate(pictures):
    rgb = enlarged(picture)
    g, said = gradient(trained, tensor(rgb), row, column)
    average.add(g)
    untrained.add(gradient(random_network(nth), tensor(rgb), row, column)[0])
report("step + 1: ", "", average)
report("step + 1: ", "untrained_", untrained)
print("step + 1: digit", digits.target[picture], "said", said)
