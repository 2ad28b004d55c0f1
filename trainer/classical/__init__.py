"""Random forests and support vector machines: learned by scikit-learn, kept as plain arrays, applied by own code.

No pickled estimator is ever written or read: a model folder holds arrays, and what they mean is a function here.
"""
