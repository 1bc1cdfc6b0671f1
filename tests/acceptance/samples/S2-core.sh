curl --location --request POST '/sd/v2beta/stable-image/generate/core' \
--header 'authorization;' \
--header 'accept;' \
--form 'prompt=""' \
--form 'aspect_ratio="1:1"' \
--form 'negative_prompt=""' \
--form 'seed=""' \
--form 'style_preset=""' \
--form 'output_format="png"'
